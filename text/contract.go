package text

import (
	"context"
	"errors"
)

// Model classifies texts. It is safe for concurrent use.
type Model struct{}

// Train is a placeholder for the signature.
func Train(ctx context.Context, src Source, o Options) (*Model, *Report, error) {
	return nil, nil, errors.ErrUnsupported
}

// Trainers lists the names that Options.Trainer takes.
func Trainers() []string { return nil }

// Classify predicts each text, using all cores for many.
func (m *Model) Classify(texts ...string) []Prediction { return nil }

// Explain gives the n n-grams of a text that decided most, strongest first.
func (m *Model) Explain(text string, n int) []Evidence { return nil }

// Trainer tells which trainer fitted the model.
func (m *Model) Trainer() string { return "" }

// Encode gives the model's two artefacts: the vectorizer (text to features) and the network (features to label).
func (m *Model) Encode() (vectorizer, network []byte, err error) {
	return nil, nil, errors.ErrUnsupported
}

// Decode reads what Encode gave. Bytes that are not a model answer CorruptModel.
func Decode(vectorizer, network []byte) (*Model, error) { return nil, errors.ErrUnsupported }

// Save writes a model and its report into a folder as vectorizer.json, network.safetensors and report.json.
func Save(dir string, m *Model, r *Report) error { return errors.ErrUnsupported }

// Load reads a folder that Save wrote.
func Load(dir string) (*Model, *Report, error) { return nil, nil, errors.ErrUnsupported }
