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
	// Answering tells which version of a model answers now, or which one is named by an ID or an alias, and names the corrections that stand above
	// it. It answers UnknownModel, NotTrained for a model of which no version was published, or NotFound.
	Answering(ctx context.Context, tenant, model, named string) (version, corrected string, err error)
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

// Answer is what one version of a model says of texts.
type Answer struct {
	Version string
	Results []Result // one for each text, in their order
}

// Result is what a model says of one text.
type Result struct {
	text.Prediction
	text.Explanation      // of the model, only where it was asked for
	Corrected        bool // somebody said what the text says, whatever the model would say
}

// Guess reports whether the model knew nothing of the text, so that its label is a guess.
func (r Result) Guess() bool { return r.Known == 0 && !r.Corrected }

// Classify tells what each text says, by the version of the model that answers now: a version that was published is
// asked from the next call on. named asks another version, by its ID or an alias; "" is the one that answers. With evidence above 0 it also tells for each text up to so many n-grams that decided.
// It answers Invalid and TooLarge for texts that cannot be classified, with the field at fault ("texts", "texts[2]",
// "explain"), UnknownModel and NotTrained with the field "model", and ctx's error when ctx ends first.
func (c *Classifier) Classify(ctx context.Context, tenant, model, named string, texts []string, evidence int) (Answer, error) {
	if err := c.check(texts, evidence); err != nil {
		return Answer{}, err
	}
	version, corrected, err := c.models.Answering(ctx, tenant, model, named)
	if err != nil {
		return Answer{}, err
	}
	m, err := c.model(ctx, tenant, model, version)
	if err != nil {
		return Answer{}, err
	}
	correction, err := c.corrected.Get(ctx, tenant, model, corrected, func(ctx context.Context, _ lookup) (lookup, error) {
		return c.models.Corrected(ctx, tenant, model)
	})
	if err != nil {
		return Answer{}, err
	}
	results, err := c.predict(ctx, m, texts)
	said := make([]text.Prediction, len(results))
	for i := range results {
		said[i] = results[i].Prediction
		if label, ok := correction(texts[i]); ok {
			results[i].Label, results[i].Probability, results[i].Corrected = label, 1, true
		}
	}
	if err == nil && evidence > 0 {
		err = c.explain(ctx, m, texts, evidence, results)
	}
	if err != nil {
		return Answer{}, err
	}
	c.models.Observe(tenant, model, version, said, func(i int) bool { return results[i].Corrected })
	return Answer{version, results}, nil
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
