package opinions

import (
	"context"
	"io"
	"strings"

	"animo"
	"animo/internal/object"
	"animo/text"
)

// The artefacts of a version, as object names.
const (
	vectorizerFile = "vectorizer"
	networkFile    = "network.safetensors"
	judgedFile     = "judged"         // what was said of each row, as text.EncodeJudged gives it
	misjudgedFile  = "misjudged.json" // where the rows are of which something else was said, as places
)

// learnedObject names an artefact of a version that learned from those corrections. Two attempts at one training, of
// which one was taken for dead, may have learned from different corrections; under names of their own neither overwrites the
// other's artefacts.
func learnedObject(model, id, file, corrected string) string {
	if corrected != "" {
		file += "-" + corrected[:16]
	}
	return artefactObject(model, id, file)
}

func artefactObject(model, id, file string) string { return "models/" + model + "/" + id + "/" + file }

// Answering tells which version of a model answers now, by the model's row, so that a version answers from the moment at which it
// is published; and which corrections stand above it, by a name that is another one once they changed. named asks for another version, by its ID
// or an alias; "" is Champion. It answers UnknownModel when there is no such model, NotTrained while no version of it was published or the one that
// is named is not trained, and NotFound where that is not kept.
func (f *Flow) Answering(ctx context.Context, tenant, model, named string) (a animo.Answering, err error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return a, unknownModel(err, model)
	}
	a.Version, a.Corrected = versionOf(m, named), correctionsOf(m)+m.Corrected
	if a.Version == "" {
		return a, animo.Errorf(animo.NotTrained, "no version of model %q answers; its training says how far it is, why it failed, or why it is held", "ninguna versión del modelo %q responde; su entrenamiento dice cómo va, por qué falló o por qué está retenido", animo.Clip(model)).Of("model")
	}
	if a.Version != m.Current {
		row, err := f.version(ctx, tenant, model, a.Version)
		if err == nil && !row.Status.Trained() {
			err = notTrained(row)
		}
		if err != nil {
			return a, err
		}
	}
	if named == "" && m.Experiment.Running(m.Current) {
		a.Experiment = m.Experiment
	}
	return a, nil
}

// versionOf is the ID of the version that a name means, an alias or the ID itself; "" where it means none.
func versionOf(m animo.Model, named string) string {
	if named == "" || named == animo.Champion {
		return m.Current
	}
	if version, ok := m.Aliases[named]; ok {
		return version
	}
	return named
}

func notTrained(v versionRow) error {
	return animo.Errorf(animo.NotTrained, "version %s of %q is %s; only one that is done or held can answer", "la versión %s de %q está %s; solo puede responder una que esté done o held", v.ID, v.Model, v.Status).Of("version")
}

// Corrected returns what finds a text's correction in a model: from the commit that keeps it on, the text says what it was
// corrected to.
func (f *Flow) Corrected(ctx context.Context, tenant, model string) (func(text string) (animo.Label, bool), error) {
	m, err := f.model(ctx, tenant, model)
	if err != nil {
		return nil, unknownModel(err, model)
	}
	labels := map[string]animo.Label{}
	for c, err := range f.corrections(ctx, tenant, m, "") {
		if err != nil {
			return nil, err
		}
		labels[c.ID] = c.Label
	}
	return func(text string) (animo.Label, bool) {
		if len(labels) == 0 {
			return 0, false
		}
		l, ok := labels[correctionID(strings.TrimSpace(text))]
		return l, ok
	}, nil
}

// load returns a version's model, ready to be asked. It answers NotFound for a version that is not kept, and CorruptModel.
func (f *Flow) load(ctx context.Context, tenant, model, version string) (*text.Model, error) {
	vectorizer, network, err := f.Artefacts(ctx, tenant, model, version)
	if err != nil {
		return nil, err
	}
	return text.Decode(vectorizer, network)
}

// Artefacts returns the two artefacts that a training made of a version, as text.Decode takes them. They never change.
// It answers NotFound for a version that is not kept.
func (f *Flow) Artefacts(ctx context.Context, tenant, model, version string) (vectorizer, network []byte, err error) {
	row, err := f.version(ctx, tenant, model, version)
	if err != nil {
		return nil, nil, err
	}
	if vectorizer, err = f.artefact(ctx, tenant, row, vectorizerFile); err == nil {
		network, err = f.artefact(ctx, tenant, row, networkFile)
	}
	return vectorizer, network, err
}

func (f *Flow) artefact(ctx context.Context, tenant string, row versionRow, file string) ([]byte, error) {
	r, _, err := f.objects.Get(ctx, tenant, learnedObject(row.Model, row.ID, file, row.Taught), object.Range{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
