package notify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/notify"
)

// said is an event of opinions as their flow says it.
func (h *house) said(typ string, data map[string]any) animo.Event {
	h.T.Helper()
	e, err := animo.NewEvent(animo.ID(typ, data["model"].(string)), "animo/opinions", typ, data["model"].(string), tenant, h.Now, data)
	if err != nil {
		h.T.Fatal(err)
	}
	return e
}

func TestWork_ends_of_trainings_and_batches_are_told_once_to_who_wants_them(t *testing.T) {
	h := newHouse(t, notify.Options{AllowPrivate: true})
	var bodies []string
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies = append(bodies, string(b))
	}))
	defer hook.Close()
	all, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: hook.URL + "/all", Filter: notify.Filter{About: notify.Opinions}})
	one, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: hook.URL + "/one", Filter: notify.Filter{About: notify.Opinions, Model: "hoteles"}})
	faces, _ := h.add(notify.Spec{Kind: notify.Webhook, Target: hook.URL + "/faces"})
	events := []animo.Event{
		h.said("model.published", map[string]any{"model": "hoteles", "version": "1", "accuracy": map[string]float64{"mean": 0.95}}),
		h.said("training.failed", map[string]any{"model": "otro", "version": "2", "reason": animo.Reason{Code: animo.BadLabel, EN: "no label", ES: "sin etiqueta"}}),
		h.said("batch.classified", map[string]any{"model": "hoteles", "batch": "3", "name": "mayo.csv", "rows": 2, "labels": map[string]int{"Positivo": 2}}),
	}
	for _, e := range append(events, events...) { // each twice
		if err := h.handle(e); err != nil {
			t.Fatal(err)
		}
	}
	h.find(1)
	for id, want := range map[string][]string{all: {"model.published", "training.failed", "batch.classified"}, one: {"model.published", "batch.classified"}, faces: {"face.happy"}} {
		bodies = nil
		h.drain(id, h.Now)
		var got []string
		for _, b := range bodies {
			var p struct {
				Type string
				Data map[string]any
			}
			if err := json.Unmarshal([]byte(b), &p); err != nil {
				t.Fatal(err)
			}
			got = append(got, p.Type)
			if p.Type == "batch.classified" && (p.Data["name"] != "mayo.csv" || p.Data["rows"] != 2.0) {
				t.Errorf("%s", b)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("told %v, want %v", got, want)
		}
	}
	list := h.deliveries(one)
	if len(list) != 2 || list[0].Kind != "opinion" || list[0].Face != "" || list[0].Outcome != notify.Told {
		t.Fatalf("%+v", list)
	}
	bodies = nil
	for range 2 { // of which the second comes before the first is told
		if err := h.n.Replay(t.Context(), tenant, one, list[1].ID); err != nil {
			t.Fatal(err)
		}
	}
	h.drain(one, h.Now)
	if len(bodies) != 1 || !strings.Contains(bodies[0], "batch.classified") {
		t.Errorf("replayed: %v", bodies)
	}
	bodies = nil
	if d, err := h.n.Test(t.Context(), tenant, one); err != nil || d.Outcome != notify.Told || !strings.Contains(bodies[0], `"model":"hoteles"`) {
		t.Errorf("test: %+v, %v, %v", d, err, bodies)
	}
}

func TestWork_is_mailed_in_words(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, notify.Options{Mail: p.settings, Roots: p.roots})
	id, _ := h.add(notify.Spec{Kind: notify.Email, Target: "ana@example.com", Language: "es", Filter: notify.Filter{About: notify.Opinions}})
	for _, e := range []animo.Event{
		h.said("model.published", map[string]any{"model": "hoteles", "accuracy": map[string]float64{"mean": 0.953}}),
		h.said("training.failed", map[string]any{"model": "otro", "reason": animo.Reason{Code: animo.BadLabel, EN: "no label", ES: "sin etiqueta"}}),
		h.said("batch.classified", map[string]any{"model": "hoteles", "batch": "3", "name": "mayo.csv", "rows": 3, "labels": map[string]int{"Positivo": 2, "Negativo": 1}}),
		h.said("batch.failed", map[string]any{"model": "hoteles", "batch": "4", "reason": animo.Reason{Code: animo.EmptyFile, EN: "empty", ES: "vacío"}}),
		h.said("model.held", map[string]any{"model": "hoteles", "reasons": []animo.Reason{{Code: animo.NotBetter, EN: "worse", ES: "peor"}, {Code: animo.NotAsked, EN: "nobody said so", ES: "nadie lo dijo"}}}),
		h.said("model.compared", map[string]any{"model": "hoteles", "outcome": "worse", "wrong": []int{20, 44}}),
		h.said("model.drifted", map[string]any{"model": "hoteles", "drift": map[string]any{"before": map[string]float64{"negative": 0.3, "guesses": 0.01}, "now": map[string]float64{"negative": 0.42, "guesses": 0.05}}}),
	} {
		if err := h.handle(e); err != nil {
			t.Fatal(err)
		}
	}
	h.drain(id, h.Now.Add(time.Hour))
	if len(p.bodies) != 7 || p.mails[0].Header.Get("Subject") != "Animo" {
		t.Fatalf("%d mails", len(p.bodies))
	}
	for i, want := range []string{"El modelo hoteles está entrenado y responde; acierta en 95.3 de cada 100 casos.", "El entrenamiento de otro falló: sin etiqueta.", "mayo.csv quedó clasificado por hoteles: 3 filas, Negativo 1, Positivo 2.", "4 no pudo ser clasificado por hoteles: vacío.", "Una nueva versión del modelo hoteles está entrenada, pero no responde hasta que alguien la publique: peor; nadie lo dijo.", "La versión del modelo hoteles que estaba a prueba se equivoca más que la que responde y ya no responde: de las respuestas corregidas, 44 eran suyas y 20 de la otra.", "Lo que se le pregunta al modelo hoteles ha cambiado: llama negativas a 42 de cada 100 opiniones (al principio, 30) y de 5 no conoce ninguna palabra (1)."} {
		if text := p.parts(t, i)[0].body; !strings.HasPrefix(text, want) {
			t.Errorf("%q does not begin with %q", text, want)
		}
	}
}

func TestWork_filters_that_mix_faces_and_opinions_are_refused(t *testing.T) {
	p := newPostOffice(t, true)
	h := newHouse(t, notify.Options{AllowPrivate: true, Mail: p.settings, Roots: p.roots})
	for field, s := range map[string]notify.Spec{
		"filter.about":   {Kind: notify.Webhook, Target: "http://127.0.0.1/x", Filter: notify.Filter{About: notify.Opinions, Mood: animo.Happy}},
		"filter.model":   {Kind: notify.Webhook, Target: "http://127.0.0.1/x", Filter: notify.Filter{Model: "hoteles"}},
		"digest_minutes": {Kind: notify.Email, Target: "ana@example.com", Digest: time.Hour, Filter: notify.Filter{About: notify.Opinions}},
	} {
		_, _, err := h.n.Add(t.Context(), tenant, s)
		if e, ok := err.(*animo.Error); !ok || e.Code != animo.Invalid || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := h.n.Add(t.Context(), tenant, notify.Spec{Kind: notify.Webhook, Target: "http://127.0.0.1/x", Filter: notify.Filter{About: "todo"}}); animo.CodeOf(err) != animo.Invalid {
		t.Error(err)
	}
}
