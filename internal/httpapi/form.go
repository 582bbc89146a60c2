package httpapi

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"strings"

	"animo"
	"animo/internal/photos"
)

const (
	formField  = 1 << 10  // most bytes of a field's value
	formHeader = 64 << 10 // most bytes before a part's content, with what is read ahead of it
)

// errFormEnds is answered where there is no other file to be had of a form.
var errFormEnds = errors.New("the form ends")

// form reads the photos of a multipart/form-data body as they come; nothing of them is held.
type form struct {
	body  *bounded
	parts *multipart.Reader
	part  *noting       // the file that is being read
	most  int64         // bytes of a refused file that are read over, for the sake of those after it
	ahead photos.Upload // what the fields say of the files after them
	wrong *animo.Error  // what a field says that cannot be: the files after it are not taken
	files int           // so far
	limit int           // most files
	over  bool
}

func newForm(body io.Reader, border string, l Limits, u photos.Upload) *form {
	b := &bounded{r: body}
	u.Size = -1
	return &form{body: b, parts: multipart.NewReader(b, border), most: l.PhotoBytes, limit: l.Files, ahead: u}
}

// next goes to the next file, the content of which is in part then, and tells what it is. An error with a name is
// that of a file which cannot be taken, one without a name is the form's. At the end it answers errFormEnds; there
// is at least one file or one other error before that.
func (f *form) next() (photos.Upload, error) {
	if f.over {
		return photos.Upload{}, errFormEnds
	}
	if err := f.skip(); err != nil {
		return f.end(err)
	}
	for {
		f.body.left = formHeader
		part, err := f.parts.NextPart()
		if err == io.EOF { // itself: a body that ends before the form does is an error that wraps it
			f.over = true
			if f.files == 0 && f.wrong == nil {
				return photos.Upload{}, animo.Errorf(animo.Invalid, "there is no file in the form; with curl: -F file=@photo.jpg", "no hay ningún archivo en el formulario; con curl: -F file=@foto.jpg").Of("file")
			}
			return photos.Upload{}, errFormEnds
		}
		if err != nil {
			return f.end(brokenForm(err))
		}
		f.body.left = unbounded
		name, isFile := fileName(part)
		content := bufio.NewReaderSize(part, 16) // 16 is the least there is; all but a look at the beginning passes it by
		_, nothing := content.Peek(1)
		switch {
		case !isFile:
			if err := f.field(part.FormName(), content); err != nil {
				return photos.Upload{}, err
			}
			continue
		case name == "" && nothing != nil: // a browser's file input that was left empty
			continue
		case f.files == f.limit:
			_, _ = io.Copy(io.Discard, f.body) // for the client to hear of the files that were taken
			return f.end(animo.Errorf(animo.TooLarge, "the form has more than %d files; send those after them in another", "el formulario tiene más de %d archivos; envíe los siguientes en otro", f.limit).Of("file"))
		}
		f.files++
		f.part = &noting{Reader: content}
		u := f.ahead
		u.Name = name
		if f.wrong != nil {
			return u, animo.Errorf(f.wrong.Code, "it was not read, since the field %s before it is wrong; put that right and send it again",
				"no se leyó, porque el campo %s anterior está mal; corríjalo y envíelo de nuevo", f.wrong.Field).Of(f.wrong.Field)
		}
		return u, nil
	}
}

// cause is why the file that was being read could not be taken: err, unless the form ends in the middle of it.
func (f *form) cause(err error) error {
	if !errors.Is(f.part.err, io.ErrUnexpectedEOF) {
		return err
	}
	f.over = true
	return brokenForm(f.part.err)
}

// end answers an error after which nothing can be had of the form.
func (f *form) end(err error) (photos.Upload, error) {
	f.over = true
	return photos.Upload{}, err
}

// skip reads over what is left of a file, unless that is too much.
func (f *form) skip() error {
	if f.part == nil {
		return nil
	}
	_, err := io.CopyN(io.Discard, f.part, f.most+1)
	switch {
	case err == nil:
		return animo.Errorf(animo.TooLarge, "a file of the form is so large that those after it were not read; send them without it", "un archivo del formulario es tan grande que no se leyeron los siguientes; envíelos sin él").Of("file")
	case !errors.Is(err, io.EOF):
		return brokenForm(err)
	}
	return nil
}

// field takes note of a part that is no file. One of another name is none of ours: browsers send that of the button,
// too.
func (f *form) field(name string, content io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(content, formField+1))
	if err == nil {
		_, err = io.Copy(io.Discard, content) // here, because next reads over no more than a header
	}
	if err != nil {
		_, err = f.end(brokenForm(err))
		return err
	}
	value := string(b)
	switch {
	case name != "source" && name != "taken_at" && name != "modified_at":
		return nil
	case len(value) > formField:
		err = animo.Errorf(animo.TooLarge, "%s has more than %d bytes; shorten it", "%s tiene más de %d bytes; acórtelo", name, formField).Of(name)
	case name == "source":
		f.ahead.Source = nameOf(value)
	case name == "taken_at":
		f.ahead.Taken, err = takenAt(name, value)
	default:
		f.ahead.Modified, err = takenAt(name, value)
	}
	if wrong, ok := errors.AsType[*animo.Error](err); ok && f.wrong == nil {
		f.wrong = wrong
	}
	return err
}

// fileName is the name that a part has as a file, without the folders that some clients put in front of it. ok
// reports whether it is a file.
func fileName(part *multipart.Part) (name string, ok bool) {
	_, params, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	name, ok = params["filename"]
	return nameOf(name[strings.LastIndexAny(name, `/\`)+1:]), ok
}

func brokenForm(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return animo.Errorf(animo.Timeout, "the form took too long to arrive; send it again, with fewer files", "el formulario tardó demasiado en llegar; envíelo de nuevo, con menos archivos").Because(err)
	}
	return animo.Errorf(animo.MalformedBody, "the form cannot be read to its end; send it again", "el formulario no puede leerse hasta el final; envíelo de nuevo").Because(err)
}

// bounded is a reader that can be told to give no more than so many bytes. mime/multipart holds the header of a
// part in memory, up to 10 MB of it.
type bounded struct {
	r    io.Reader
	left int64
}

// unbounded is a bound that is never reached.
const unbounded = 1 << 62

// Read is io.Reader's.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the header of a part of the form is too long")
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
