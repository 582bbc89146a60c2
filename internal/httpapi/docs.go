package httpapi

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

//go:embed docs.html
var docsHTML string

var docsTemplate = template.Must(template.New("docs").Parse(docsHTML))

// docsPage is what docs.html shows: the API's description, laid out for reading.
type docsPage struct {
	Title, Version, Description string
	Groups                      []docsGroup
	Codes                       []docsCode
}

type docsGroup struct {
	Name string
	Ops  []docsOp
}

type docsOp struct {
	ID, Method, Path, Summary, Description string
	Params, Body, Answer                   []docsField
	BodyType, AnswerType                   string
	Status, Example                        string
	Errors                                 []string
}

type docsField struct {
	Name, Where, Type, Doc string
	Required               bool
}

type docsCode struct {
	Code    animo.Code
	Status  int
	Final   bool
	Meaning string
}

// docs answers a page that explains every operation, made of the OpenAPI description at its first call. It
// needs nothing from any other server.
func (s *server) docs(w http.ResponseWriter, _ *http.Request) {
	page, err := s.docsBytes()
	if err != nil {
		s.Log.Error("docs", "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = w.Write(page)
}

// docsOnce makes the docs page when it is first asked for, because few servers ever are.
func (s *server) docsOnce() func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		var b bytes.Buffer
		err := docsTemplate.Execute(&b, s.docsPage())
		return b.Bytes(), err
	})
}

func (s *server) docsPage() docsPage {
	api := s.api.OpenAPI()
	page := docsPage{Title: api.Info.Title, Version: api.Info.Version, Description: api.Info.Description}
	for _, g := range routes() {
		if g.name == "" {
			continue
		}
		group := docsGroup{Name: g.name}
		for path, item := range api.Paths {
			for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
				if op != nil && slices.Contains(op.Tags, g.name) {
					group.Ops = append(group.Ops, s.docsOp(path, op))
				}
			}
		}
		slices.SortFunc(group.Ops, func(a, b docsOp) int {
			return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
		})
		page.Groups = append(page.Groups, group)
	}
	for _, c := range animo.Codes() {
		page.Codes = append(page.Codes, docsCode{c, statusOf(c), c.Final(), c.Meaning()})
	}
	return page
}

func (s *server) docsOp(path string, op *huma.Operation) docsOp {
	d := docsOp{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Description: op.Description}
	for _, p := range op.Parameters {
		d.Params = append(d.Params, docsField{p.Name, p.In, typeOf(p.Schema), p.Description, p.Required})
	}
	if op.RequestBody != nil {
		kinds := slices.Sorted(maps.Keys(op.RequestBody.Content))
		d.BodyType = strings.Join(kinds, " or ")
		for _, kind := range kinds {
			d.Body = append(d.Body, s.docsFields("", op.RequestBody.Content[kind].Schema, 0)...)
		}
	}
	for status, answer := range op.Responses {
		if strings.HasPrefix(status, "2") {
			d.Status = status
			d.AnswerType = strings.Join(slices.Sorted(maps.Keys(answer.Content)), " or ")
			for _, m := range answer.Content {
				d.Answer = s.docsFields("", m.Schema, 0)
				if example, err := json.Marshal(s.deref(m.Schema).Examples); err == nil && len(d.Answer) == 0 {
					d.Example = strings.TrimSuffix(strings.TrimPrefix(string(example), "["), "]")
				}
			}
		} else {
			d.Errors = append(d.Errors, status)
		}
	}
	slices.Sort(d.Errors)
	return d
}

// docsDepth is how deep into an object the page follows its fields.
const docsDepth = 3

// docsFields flattens a schema into rows such as items[].version.
func (s *server) docsFields(prefix string, schema *huma.Schema, depth int) []docsField {
	schema = s.deref(schema)
	if schema == nil || depth > docsDepth {
		return nil
	}
	if schema.Type == "array" {
		item := s.deref(schema.Items)
		if item != nil && (item.Type == "object" || item.Type == "array") {
			return s.docsFields(prefix+"[]", item, depth+1)
		}
		return nil
	}
	var fields []docsField
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := s.deref(schema.Properties[name])
		full := strings.TrimPrefix(prefix+"."+name, ".")
		doc := schema.Properties[name].Description
		fields = append(fields, docsField{full, "", typeOf(p), doc, slices.Contains(schema.Required, name)})
		if p.Type == "object" || p.Type == "array" {
			fields = append(fields, s.docsFields(full, p, depth+1)...)
		}
	}
	return fields
}

func (s *server) deref(schema *huma.Schema) *huma.Schema {
	if schema != nil && schema.Ref != "" {
		return s.api.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	return schema
}

func typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Type == "array" && s.Items != nil:
		if s.Items.Type == "" {
			return "array"
		}
		return "array of " + s.Items.Type
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i], _ = e.(string)
		}
		return strings.Join(words, " | ")
	}
	return s.Type
}
