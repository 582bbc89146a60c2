package text

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"animo"
)

func TestPack_is_one_file_that_answers_as_the_folder_does(t *testing.T) {
	m, r, err := Train(t.Context(), FromSlice(opinions(8, 8)), Options{Trainer: "blend", Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	var once, again bytes.Buffer
	if err := Pack(&once, m, r); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "modelo.zip")
	if err := os.WriteFile(path, once.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, report, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range got.Classify("muy bueno el hotel", "no muy malo") {
		if want := m.Classify("muy bueno el hotel", "no muy malo")[i]; p != want {
			t.Errorf("%+v, want %+v", p, want)
		}
	}
	if report.Rows != r.Rows || report.Accuracy != r.Accuracy {
		t.Errorf("%+v", report)
	}
	if err := Pack(&again, got, report); err != nil || !bytes.Equal(once.Bytes(), again.Bytes()) {
		t.Errorf("packed once more it is another file, %v", err)
	}
}

func TestUnpack_refuses_what_is_not_whole_or_not_a_model(t *testing.T) {
	m, r, err := Train(t.Context(), FromSlice(opinions(8, 8)), Options{Trainer: "nb", Folds: 2})
	if err != nil {
		t.Fatal(err)
	}
	var good bytes.Buffer
	if err := Pack(&good, m, r); err != nil {
		t.Fatal(err)
	}
	// rezip packs the files once more, each as change has it; "" leaves it out.
	rezip := func(change func(name string, data []byte) (string, []byte)) []byte {
		t.Helper()
		z, err := zip.NewReader(bytes.NewReader(good.Bytes()), int64(good.Len()))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, f := range z.File {
			part, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(part)
			if err != nil {
				t.Fatal(err)
			}
			name, data := change(f.Name, data)
			if name == "" {
				continue
			}
			to, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			to.Write(data)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	same := func(name string, data []byte) (string, []byte) { return name, data }
	on := func(which string, change func([]byte) []byte) func(string, []byte) (string, []byte) {
		return func(name string, data []byte) (string, []byte) {
			if name == which {
				data = change(data)
			}
			return name, data
		}
	}
	if _, _, err := Unpack(bytes.NewReader(rezip(same)), int64(len(rezip(same))), 1<<20); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	for name, c := range map[string][]byte{
		"nothing":        {},
		"no zip":         []byte("not a zip"),
		"half of it":     good.Bytes()[:good.Len()/2],
		"a file too few": rezip(func(name string, data []byte) (string, []byte) { return strings.ReplaceAll(name, reportName, ""), data }),
		"a file of other name": rezip(func(name string, data []byte) (string, []byte) {
			return strings.ReplaceAll(name, reportName, "../x"), data
		}),
		"a file twice": rezip(func(name string, data []byte) (string, []byte) {
			return strings.ReplaceAll(name, reportName, networkName), data
		}),
		"a changed network":    rezip(on(networkName, func(b []byte) []byte { b = bytes.Clone(b); b[len(b)-1] ^= 1; return b })),
		"a hash too few":       rezip(on(sumsName, func(b []byte) []byte { return b[bytes.IndexByte(b, '\n')+1:] })),
		"hashes of others":     rezip(on(sumsName, func(b []byte) []byte { return bytes.Replace(b, []byte(networkName), []byte("x"), 1) })),
		"the hashes' own hash": rezip(on(sumsName, func(b []byte) []byte { return bytes.Replace(b, []byte(networkName), []byte(sumsName), 1) })),
	} {
		if _, _, err := Unpack(bytes.NewReader(c), int64(len(c)), 1<<20); animo.CodeOf(err) != animo.CorruptModel {
			t.Errorf("%s: %v", name, err)
		}
	}
	bomb := rezip(on(reportName, func([]byte) []byte { return bytes.Repeat([]byte(" "), 1<<20) }))
	if _, _, err := Unpack(bytes.NewReader(bomb), int64(len(bomb)), 1<<20); animo.CodeOf(err) != animo.TooLarge || len(bomb) > 1<<16 {
		t.Errorf("%d bytes that unpack to a MiB: %v", len(bomb), err)
	}
}
