// Package classify asks trained models about texts: it loads the version of a model that answers, predicts what each
// text says, and explains what decided. It knows no protocol: whatever speaks to clients decodes their texts, calls
// Classify and encodes its answer. Begin at New and Classify.
package classify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"animo"
	"animo/internal/cache"
	"animo/text"
)

// Models is where trained models come from; *opinions.Flow is one.
type Models interface {
	// Answering tells which version of a model answers now, or which one is named by an ID or an alias, names the corrections that stand above
	// it, and tells of an experiment. It answers UnknownModel, NotTrained for a model of which no version was published, or NotFound.
	Answering(ctx context.Context, tenant, model, named string) (animo.Answering, error)
	// Corrected returns what finds a text's correction, as they are at this moment or later.
	Corrected(ctx context.Context, tenant, model string) (func(text string) (animo.Label, bool), error)
	// Observe is told what a version answered, and which of the answers a correction gave.
	Observe(tenant, model, version string, said []text.Prediction, corrected func(i int) bool)
	// Artefacts returns what text.Decode makes a version's model of. A version's artefacts never change.
	Artefacts(ctx context.Context, tenant, model, version string) (vectorizer, network []byte, err error)
}

// Limits bound one call and what is held in memory. A zero field has the default in its comment.
type Limits struct {
	Texts     int // in one call; 1,000
	TextBytes int // of one text; 64 KiB
	Models    int // held in memory; 64
}

// explainedTexts is how many texts one call may ask explanations for: to explain a text costs many times what it
// costs to classify it.
const explainedTexts = 100

// modelIdle is for how long a model that nobody asks stays in memory.
const modelIdle = time.Hour

// Options are what New may be told. The zero value works.
type Options struct {
	Limits Limits
	Now    func() time.Time // nil means time.Now
}

// Classifier classifies texts. It is safe for concurrent use.
type Classifier struct {
	models    Models
	limits    Limits
	loaded    *cache.Cache[*text.Model]
	corrected *cache.Cache[lookup]
	cores     cores
}

// lookup finds what a text was corrected to.
type lookup func(text string) (animo.Label, bool)

// New makes a Classifier. It starts nothing.
func New(models Models, o Options) *Classifier {
	set := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	set(&o.Limits.Texts, 1000)
	set(&o.Limits.TextBytes, 64<<10)
	set(&o.Limits.Models, 64)
	return &Classifier{
		models: models, limits: o.Limits, cores: newCores(),
		corrected: cache.New(cache.Options[lookup]{Most: int64(o.Limits.Models), Idle: modelIdle, Now: o.Now}),
		loaded:    cache.New(cache.Options[*text.Model]{Most: int64(o.Limits.Models), Idle: modelIdle, Now: o.Now}),
	}
}

// Answer is what a model says of texts.
type Answer struct {
	Version string   // that answered the first text; all of them, unless an experiment runs
	Results []Result // one for each text, in their order
}

// Result is what a model says of one text.
type Result struct {
	text.Prediction
	text.Explanation        // of the model, only where it was asked for
	Version          string // that said it
	Corrected        bool   // somebody said what the text says, whatever the model would say
}

// Guess reports whether the model knew nothing of the text, so that its label is a guess.
func (r Result) Guess() bool { return r.Known == 0 && !r.Corrected }

// By says which version of a model is asked. The zero value is the one that answers.
type By struct {
	Version string // by its ID or an alias
	Key     string // of whoever asks: while an experiment runs, the same key is always answered by the same version; "" is that each text is its own
}

// Classify tells what each text says, by the version of the model that answers now: a version that was published is
// asked from the next call on. While an experiment runs, by the version that it picks. With evidence above 0 it also tells for each text up to so many n-grams that decided.
// It answers Invalid and TooLarge for texts that cannot be classified, with the field at fault ("texts", "texts[2]",
// "explain"), UnknownModel and NotTrained with the field "model", and ctx's error when ctx ends first.
func (c *Classifier) Classify(ctx context.Context, tenant, model string, by By, texts []string, evidence int) (Answer, error) {
	if err := c.check(texts, evidence); err != nil {
		return Answer{}, err
	}
	a, err := c.models.Answering(ctx, tenant, model, by.Version)
	if err != nil {
		return Answer{}, err
	}
	correction, err := c.corrected.Get(ctx, tenant, model, a.Corrected, func(ctx context.Context, _ lookup) (lookup, error) {
		return c.models.Corrected(ctx, tenant, model)
	})
	if err != nil {
		return Answer{}, err
	}
	q := question{tenant, model, evidence, correction}
	if a.Experiment == nil {
		results, err := c.answer(ctx, q, a.Version, texts)
		return Answer{a.Version, results}, err
	}
	return c.compare(ctx, q, *a.Experiment, by.Key, texts)
}

// question is what all texts of a call have in common.
type question struct {
	tenant, model string
	evidence      int
	correction    lookup
}

// answer has one version say what texts say.
func (c *Classifier) answer(ctx context.Context, q question, version string, texts []string) ([]Result, error) {
	m, err := c.model(ctx, q.tenant, q.model, version)
	if err != nil {
		return nil, err
	}
	results, err := c.predict(ctx, m, texts)
	said := make([]text.Prediction, len(results))
	for i := range results {
		said[i], results[i].Version = results[i].Prediction, version
		if label, ok := q.correction(texts[i]); ok {
			results[i].Label, results[i].Probability, results[i].Corrected = label, 1, true
		}
	}
	if err == nil && q.evidence > 0 {
		err = c.explain(ctx, m, texts, q.evidence, results)
	}
	if err != nil {
		return nil, err
	}
	c.models.Observe(q.tenant, q.model, version, said, func(i int) bool { return results[i].Corrected })
	return results, nil
}

// compare has each text answered by the version that an experiment picks. In a shadow the champion answers all, and the challenger is asked, too; whether it can say
// anything does not matter to who asks.
func (c *Classifier) compare(ctx context.Context, q question, e animo.Experiment, key string, texts []string) (Answer, error) {
	if e.Share == 0 {
		results, err := c.answer(ctx, q, e.Champion, texts)
		if err == nil {
			silent := q
			silent.evidence = 0
			_, _ = c.answer(ctx, silent, e.Challenger, texts)
		}
		return Answer{e.Champion, results}, err
	}
	results := make([]Result, len(texts))
	places := map[string][]int{}
	for i, t := range texts {
		picked := e.Picks(key)
		if key == "" {
			picked = e.Picks(strings.TrimSpace(t))
		}
		places[picked] = append(places[picked], i)
	}
	for version, at := range places {
		some := make([]string, len(at))
		for i, place := range at {
			some[i] = texts[place]
		}
		answered, err := c.answer(ctx, q, version, some)
		if err != nil && version == e.Challenger && ctx.Err() == nil { // such as one whose artefacts are damaged
			answered, err = c.answer(ctx, q, e.Champion, some)
		}
		if err != nil {
			return Answer{}, err
		}
		for i, place := range at {
			results[place] = answered[i]
		}
	}
	return Answer{results[0].Version, results}, nil
}

// Evict evicts the models of tenants that are not in the list, and models that nobody asked for in an hour.
// Run it now and then.
func (c *Classifier) Evict(tenants []string) {
	c.loaded.Sweep(tenants)
	c.corrected.Sweep(tenants)
}

// model returns a version of a model, ready to be asked.
func (c *Classifier) model(ctx context.Context, tenant, name, version string) (*text.Model, error) {
	return c.loaded.Get(ctx, tenant, name, version, func(ctx context.Context, _ *text.Model) (*text.Model, error) {
		vectorizer, network, err := c.models.Artefacts(ctx, tenant, name, version)
		if err != nil {
			return nil, err
		}
		return text.Decode(vectorizer, network)
	})
}

// check answers TooLarge or Invalid for texts that are too many, too long or empty. Its sentences count texts from 1,
// its fields from 0.
func (c *Classifier) check(texts []string, evidence int) error {
	const field = "texts"
	if len(texts) == 0 {
		return animo.Errorf(animo.Invalid, "there is no text to classify; send at least one", "no hay ningún texto que clasificar; envíe al menos uno").Of(field)
	}
	if len(texts) > c.limits.Texts {
		return animo.Errorf(animo.TooLarge, "%d texts are more than the %d of one call; send them in several", "%d textos son más que los %d de una llamada; envíelos en varias", len(texts), c.limits.Texts).Of(field)
	}
	for i, t := range texts {
		var err *animo.Error
		switch {
		case strings.TrimSpace(t) == "":
			err = animo.Errorf(animo.Invalid, "text %d is empty; leave it out or fill it in", "el texto %d está vacío; quítelo o rellénelo", i+1)
		case len(t) > c.limits.TextBytes:
			err = animo.Errorf(animo.TooLarge, "text %d has %d bytes, the limit is %d; shorten it", "el texto %d tiene %d bytes, el límite es %d; acórtelo", i+1, len(t), c.limits.TextBytes)
		}
		if err != nil {
			return err.Of(fmt.Sprintf("%s[%d]", field, i))
		}
	}
	if evidence > 0 && len(texts) > explainedTexts {
		return animo.Errorf(animo.TooLarge, "%d texts are more than the %d that one call explains; send fewer, or leave explain out", "%d textos son más que los %d que explica una llamada; envíe menos, o quite explain", len(texts), explainedTexts).Of("explain")
	}
	return nil
}
