package text

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"animo"
)

// The files of a saved model.
const (
	vectorizerName = "vectorizer.json"
	networkName    = "network.safetensors"
	reportName     = "report.json"
)

// Save writes a model and its report into a folder, which it makes if need be, as vectorizer.json,
// network.safetensors and report.json.
func Save(dir string, m *Model, r *Report) error {
	vectorizer, network, err := m.Encode()
	if err != nil {
		return err
	}
	report, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{vectorizerName, vectorizer}, {networkName, network}, {reportName, append(report, '\n')}} {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Load reads a folder that Save wrote. It fails with UnknownModel where there is no model, and with
// CorruptModel where there is one that cannot be read.
func Load(dir string) (*Model, *Report, error) {
	var files [3][]byte
	for i, name := range []string{vectorizerName, networkName, reportName} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, animo.Errorf(animo.UnknownModel, "there is no model in %s: %s is missing",
				"no hay ningún modelo en %s: falta %s", dir, name).Because(err)
		}
		if err != nil {
			return nil, nil, err
		}
		files[i] = b
	}
	m, err := Decode(files[0], files[1])
	if err != nil {
		return nil, nil, err
	}
	r := &Report{}
	if err := json.Unmarshal(files[2], r); err != nil {
		return nil, nil, animo.Errorf(animo.CorruptModel, "the model's report cannot be read",
			"el informe del modelo no se puede leer").Because(err)
	}
	return m, r, nil
}
