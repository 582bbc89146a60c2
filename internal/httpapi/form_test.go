package httpapi

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"runtime"
	"strings"
	"testing"

	"animo"
	"animo/internal/photos"
)

// readForm reads a form to its end, of each file the first bytes only, as one that is refused is read.
func readForm(body io.Reader, border string, most, bytesRead int64) (files []photos.Upload, contents []string, errs []error) {
	f := newForm(body, border, Limits{PhotoBytes: most, Files: 1000}, photos.Upload{})
	for {
		u, err := f.next()
		if errors.Is(err, errFormEnds) {
			return files, contents, errs
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b, _ := io.ReadAll(io.LimitReader(f.part, bytesRead))
		files, contents = append(files, u), append(contents, string(b))
	}
}

func TestForm_goes_on_after_a_file_that_was_not_read_to_its_end(t *testing.T) {
	for _, c := range []struct {
		most  int64
		files int
		code  animo.Code
	}{{1000, 3, ""}, {996, 3, ""}, {995, 2, animo.TooLarge}} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, size := range []int{3, 1000, 5} {
			part, err := w.CreateFormFile("f", "a.jpg")
			if err == nil {
				_, err = io.WriteString(part, strings.Repeat("x", size))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		files, _, errs := readForm(&b, w.Boundary(), c.most, 4)
		if len(files) != c.files || animo.CodeOf(errors.Join(errs...)) != c.code {
			t.Errorf("of files of which %d bytes may be read over: %d files, %v, want %d and %q", c.most, len(files), errs, c.files, c.code)
		}
	}
}

func TestForm_holds_nothing_of_a_file(t *testing.T) {
	const size = 256 << 20
	body := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n"),
		io.LimitReader(zeros{}, size), strings.NewReader("\r\n--x--\r\n"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	files, _, errs := readForm(body, "x", size, 1)
	runtime.ReadMemStats(&after)
	if len(files) != 1 || len(errs) != 0 {
		t.Fatalf("%d files, %v", len(files), errs)
	}
	if cost := after.TotalAlloc - before.TotalAlloc; cost > 1<<20 {
		t.Errorf("%d bytes allocated for a file of %d", cost, size)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// FuzzForm holds that any body ends in files or in errors, and that files come as they were sent.
func FuzzForm(f *testing.F) {
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nhola\r\n--x--\r\n"), "a.jpg", []byte("\r\n--x"))
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\nsur\r\n--x\r\n\r\n\r\n--x--"), `C:\a/ñ.jpg`, []byte{})
	f.Add([]byte("--x\r\nContent-Disposition: form-data; name=\"taken_at\"\r\n\r\nayer\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nhola\r\n--x--"), "b.jpg", []byte("x"))
	f.Add([]byte("--x"), "\x00", []byte{0})
	f.Fuzz(func(t *testing.T, body []byte, name string, content []byte) {
		files, _, errs := readForm(bytes.NewReader(body), "x", 1<<20, 1<<20)
		if len(files) == 0 && len(errs) == 0 {
			t.Error("neither a file nor an error")
		}
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("f", "x"+name)
		if err == nil {
			_, err = part.Write(content)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		files, contents, errs := readForm(&b, w.Boundary(), 1<<20, 1<<20)
		if len(files) > 0 && (contents[0] != string(content) || strings.ContainsAny(files[0].Name, `/\`)) || len(files)+len(errs) != 1 {
			t.Errorf("%q sent as %q comes as %q, %+v, %v", content, name, contents, files, errs)
		}
	})
}
