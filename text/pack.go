package text

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"animo"
)

// sumsName is the file of a packed model that has the SHA-256 of the others, as sha256sum writes it.
const sumsName = "SHA256SUMS"

// packed is the time that the files of a packed model have, so that the same model is the same bytes.
var packed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Pack writes a model and its report as one file: a zip of what Save writes into a folder, and SHA256SUMS.
func Pack(w io.Writer, m *Model, r *Report) error {
	files, err := encodeFiles(m, r)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		fmt.Fprintf(&sums, "%s  %s\n", hex.EncodeToString(sum[:]), f.name)
	}
	z := zip.NewWriter(w)
	for _, f := range append(files, file{sumsName, []byte(sums.String())}) {
		part, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: packed})
		if err == nil {
			_, err = part.Write(f.data)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// Unpack reads a file of so many bytes that Pack wrote, whoever sent it: it may hold these files and no others, each once, with the hashes that it says,
// together of at most `most` bytes. It answers TooLarge, or CorruptModel for anything else that is not whole.
func Unpack(r io.ReaderAt, size, most int64) (*Model, *Report, error) {
	files, err := unpack(r, size, most)
	if err != nil {
		if _, ok := err.(*animo.Error); !ok {
			err = animo.Errorf(animo.CorruptModel, "the file is not a model that animo packed, or it was damaged: %v", "el archivo no es un modelo que empaquetara animo, o está dañado: %v", err).Because(err)
		}
		return nil, nil, err
	}
	return decodeFiles(files[vectorizerName], files[networkName], files[reportName])
}

func unpack(r io.ReaderAt, size, most int64) (map[string][]byte, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{vectorizerName: nil, networkName: nil, reportName: nil, sumsName: nil}
	if len(z.File) != len(files) {
		return nil, fmt.Errorf("it holds %d files, not %d", len(z.File), len(files))
	}
	for _, f := range z.File {
		if had, known := files[f.Name]; !known || had != nil {
			return nil, fmt.Errorf("it holds %q", animo.Clip(f.Name))
		}
		part, err := f.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(part, most+1)) // whatever it says of its size
		part.Close()
		if int64(len(data)) > most {
			return nil, animo.Errorf(animo.TooLarge, "the model has more bytes than the limit when it is unpacked", "el modelo tiene más bytes que el límite al desempaquetarlo")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		most -= int64(len(data))
		files[f.Name] = data
	}
	sums := 0
	for line := range strings.Lines(string(files[sumsName])) {
		want, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		data, known := files[name]
		if sum := sha256.Sum256(data); !known || name == sumsName || hex.EncodeToString(sum[:]) != want {
			return nil, fmt.Errorf("the hash of %q is another", animo.Clip(name))
		}
		sums++
	}
	if sums != len(files)-1 {
		return nil, fmt.Errorf("%s names %d files", sumsName, sums)
	}
	return files, nil
}

// file is one file of a saved model.
type file struct {
	name string
	data []byte
}

// encodeFiles gives the files of a saved model.
func encodeFiles(m *Model, r *Report) ([]file, error) {
	vectorizer, network, err := m.Encode()
	if err != nil {
		return nil, err
	}
	report, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	return []file{{vectorizerName, vectorizer}, {networkName, network}, {reportName, append(report, '\n')}}, nil
}

// decodeFiles reads the files of a saved model, or answers CorruptModel.
func decodeFiles(vectorizer, network, report []byte) (*Model, *Report, error) {
	m, err := Decode(vectorizer, network)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{}
	if err := json.Unmarshal(report, r); err != nil {
		return nil, nil, animo.Errorf(animo.CorruptModel, "the model's report cannot be read",
			"el informe del modelo no se puede leer").Because(err)
	}
	return m, r, nil
}
