package text

import (
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
	files, err := encodeFiles(m, r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), f.data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// mostPacked is how many bytes a packed model may have on the user's own disk, unpacked.
const mostPacked = 4 << 30

// Load reads a folder that Save wrote, or a file that Pack wrote. It fails with UnknownModel where there is no model, and with
// CorruptModel where there is one that cannot be read.
func Load(path string) (*Model, *Report, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		f, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		return Unpack(f, info.Size(), mostPacked)
	}
	var files [3][]byte
	for i, name := range []string{vectorizerName, networkName, reportName} {
		b, err := os.ReadFile(filepath.Join(path, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, animo.Errorf(animo.UnknownModel, "there is no model in %s: %s is missing",
				"no hay ningún modelo en %s: falta %s", path, name).Because(err)
		}
		if err != nil {
			return nil, nil, err
		}
		files[i] = b
	}
	return decodeFiles(files[0], files[1], files[2])
}
