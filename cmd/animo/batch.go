package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"animo"
	"animo/internal/opinions"
	"animo/text"
)

// sentBatch is what a server tells of a batch, in part.
type sentBatch struct {
	Model       string
	Status      animo.Status
	Rows, Total int
	Guesses     int
	Reading     animo.Reading
	Failure     *struct {
		Code    animo.Code
		Message string // in the client's language
	}
	StatusURL  string `json:"status_url"`
	ResultURL  string `json:"result_url"`
	AspectsURL string `json:"aspects_url"`
}

// batch has a server's model classify a file, or what the query names, and returns when that is done. A batch that failed is an error.
func (k *client) batch(ctx context.Context, c *console, model string, query url.Values, send body) (b sentBatch, err error) {
	err = k.call(ctx, http.MethodPost, "/v1/models/"+url.PathEscape(model)+"/batches?"+query.Encode(), send, &b)
	bar := newBar(c)
	defer bar.clear()
	for err == nil && !b.Status.Ended() {
		bar.show(text.Progress{Stage: "classifying", Done: b.Rows, Total: b.Total})
		err = k.call(ctx, http.MethodGet, b.StatusURL+"?wait=2", nil, &b)
	}
	if err == nil && b.Failure != nil {
		err = &animo.Error{Code: b.Failure.Code, EN: b.Failure.Message, ES: b.Failure.Message}
	}
	return b, err
}

// opinionBody opens a file of opinions to send.
func opinionBody(path string) body {
	return func() (io.ReadCloser, int64, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, 0, err
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, 0, err
		}
		return f, info.Size(), nil
	}
}

// classifyThere has a server's model classify a file, and writes the server's CSV file to --out or standard output.
func (k *classifyCmd) classifyThere(ctx context.Context, c *console) (err error) {
	there, err := newClient(k.URL, k.Key, c.lang)
	if err != nil {
		return err
	}
	defer there.http.CloseIdleConnections()
	query := url.Values{}
	for name, value := range map[string]string{"text": k.Text, "neutral": k.Neutral} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if name := filepath.Base(k.Texts[0]); opinions.CheckName(name) == nil {
		query.Set("name", name)
	}
	b, err := there.batch(ctx, c, k.Model, query, opinionBody(k.Texts[0]))
	if err != nil {
		return err
	}
	res, _, err := there.open(ctx, http.MethodGet, b.ResultURL, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return problemOf(res)
	}
	if k.Out == "" {
		_, err = io.Copy(c.stdout, res.Body)
	} else {
		err = saveWhole(k.Out, res.Body)
	}
	if err != nil {
		return err
	}
	c.leftOut(b.Reading)
	if k.Out != "" {
		c.note("%d texts classified in %s", "%d textos clasificados en %s", b.Reading.Rows, k.Out)
	}
	if b.Guesses > 0 {
		c.note("texts without a word that the model knows: %d; their label is a guess", "textos sin palabras que el modelo conozca: %d; su etiqueta es una conjetura", b.Guesses)
	}
	return nil
}

// saveWhole writes a file, which is there when it is complete.
func saveWhole(path string, from io.Reader) error {
	out, err := createWhole(path, filepath.Ext(path))
	if err != nil {
		return err
	}
	defer out.discard()
	if _, err := io.Copy(out, from); err != nil {
		return err
	}
	return out.place()
}

// aspectsThere asks a server what a training file that it has praises and blames.
func (k *aspectsCmd) aspectsThere(ctx context.Context, c *console) error {
	there, err := newClient(k.URL, k.Key, c.lang)
	if err != nil {
		return err
	}
	defer there.http.CloseIdleConnections()
	model := k.Model
	if model == "" {
		model = opinions.StarterModel
	}
	b, err := there.batch(ctx, c, model, url.Values{"dataset": {k.Dataset}, "source": {k.Source}, "time": {k.Time}}, nil)
	if err != nil {
		return err
	}
	var told struct{ Report text.AspectReport }
	if err := there.call(ctx, http.MethodGet, b.AspectsURL, nil, &told); err != nil {
		return err
	}
	if k.JSON {
		return printJSON(c.stdout, aspectsOf{told.Report, []fileReading{{k.Dataset, b.Reading}}})
	}
	return printAspects(c, told.Report, k.Model != "")
}
