package notify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"animo"
	"animo/internal/table"
)

// workEvents are the ends of trainings and batches, as package opinions calls them.
var workEvents = []string{"model.published", "model.held", "model.drifted", "model.compared", "training.failed", "batch.classified", "batch.failed"}

// work is what such an event says.
type work struct {
	Model    string         `json:"model"`
	Version  string         `json:"version,omitempty"`
	Accuracy *accuracy      `json:"accuracy,omitempty"`
	Batch    string         `json:"batch,omitempty"`
	Name     string         `json:"name,omitempty"`
	Rows     int            `json:"rows,omitempty"`
	Labels   map[string]int `json:"labels,omitempty"`
	Reason   *animo.Reason  `json:"reason,omitempty"`
	Reasons  []animo.Reason `json:"reasons,omitempty"`
	Drift    *drift         `json:"drift,omitempty"`
	Outcome  string         `json:"outcome,omitempty"`
	Wrong    [2]int         `json:"wrong,omitempty"`
}

// drift is what a model answered at first and lately.
type drift struct {
	Before share `json:"before"`
	Now    share `json:"now"`
}

type share struct {
	Negative float64 `json:"negative"`
	Guesses  float64 `json:"guesses"`
}

type accuracy struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

// handleWork puts the end of a training or a batch into the line of each subscription that wants it, once.
func (n *Notifier) handleWork(ctx context.Context, e animo.Event) error {
	var w work
	if err := json.Unmarshal(e.Data, &w); err != nil || w.Model == "" {
		return animo.Errorf(animo.Invalid, "the event's data does not name a model", "los datos del evento no nombran un modelo").Because(err)
	}
	var lines []lineID
	err := n.tables.Update(ctx, e.Tenant, func(tx *table.Tx) error {
		lines = nil
		subs, err := n.subscriptions(ctx, e.Tenant)
		if err != nil || len(subs) == 0 {
			return err
		}
		wants := func(f Filter) bool { return f.About == Opinions && (f.Model == "" || f.Model == w.Model) }
		lines, err = n.match(ctx, tx, e, ofWork, "!"+e.Type+"-"+e.ID, e.Data, wants, subs)
		return err
	})
	for _, at := range lines {
		n.turns.wake(at)
	}
	return err
}

// write puts into a mail what a parcel of opinions tells: a sentence, then the event's data.
func (l *letter) write(p parcel) error {
	var w work
	var data bytes.Buffer
	if err := json.Unmarshal(p.Data, &w); err != nil {
		return err
	}
	if err := json.Indent(&data, p.Data, "", "  "); err != nil {
		return err
	}
	l.text = w.sentence(p.Type, l.lang) + "\n\n" + data.String()
	return nil
}

// sentence says in words what an event tells.
func (w work) sentence(typ, lang string) string {
	reason := ""
	if w.Reason != nil {
		reason = in(lang, w.Reason.EN, w.Reason.ES)
	}
	name := cmp.Or(w.Name, w.Batch)
	switch typ {
	case "model.held":
		why := make([]string, len(w.Reasons))
		for i, r := range w.Reasons {
			why[i] = in(lang, r.EN, r.ES)
		}
		return fmt.Sprintf(in(lang, "A new version of the model %s is trained, but does not answer before somebody publishes it: %s.", "Una nueva versión del modelo %s está entrenada, pero no responde hasta que alguien la publique: %s."), w.Model, strings.Join(why, "; "))
	case "model.drifted":
		d := cmp.Or(w.Drift, &drift{})
		return fmt.Sprintf(in(lang, "What the model %s is asked has changed: it calls %.0f of 100 opinions negative (%.0f at first), and knows no word of %.0f (%.0f). Look at some of them, and train it with rows like them.",
			"Lo que se le pregunta al modelo %s ha cambiado: llama negativas a %.0f de cada 100 opiniones (al principio, %.0f) y de %.0f no conoce ninguna palabra (%.0f). Mire algunas y entrénelo con filas parecidas."),
			w.Model, 100*d.Now.Negative, 100*d.Before.Negative, 100*d.Now.Guesses, 100*d.Before.Guesses)
	case "model.compared":
		if w.Outcome == "better" {
			return fmt.Sprintf(in(lang, "The version of the model %s that is tried is right more often than the one that answers: of the answers that were corrected, %d were its own and %d the other's.",
				"La versión del modelo %s que está a prueba acierta más que la que responde: de las respuestas corregidas, %d eran suyas y %d de la otra."), w.Model, w.Wrong[1], w.Wrong[0])
		}
		return fmt.Sprintf(in(lang, "The version of the model %s that was tried is wrong more often than the one that answers, and no longer answers: of the answers that were corrected, %d were its own and %d the other's.",
			"La versión del modelo %s que estaba a prueba se equivoca más que la que responde y ya no responde: de las respuestas corregidas, %d eran suyas y %d de la otra."), w.Model, w.Wrong[1], w.Wrong[0])
	case "training.failed":
		return fmt.Sprintf(in(lang, "The training of %s failed: %s.", "El entrenamiento de %s falló: %s."), w.Model, reason)
	case "batch.classified":
		var counts []string
		for _, label := range slices.Sorted(maps.Keys(w.Labels)) {
			counts = append(counts, fmt.Sprintf("%s %d", label, w.Labels[label]))
		}
		return fmt.Sprintf(in(lang, "%s is classified by %s: %d rows, %s.", "%s quedó clasificado por %s: %d filas, %s."), name, w.Model, w.Rows, strings.Join(counts, ", "))
	case "batch.failed":
		return fmt.Sprintf(in(lang, "%s could not be classified by %s: %s.", "%s no pudo ser clasificado por %s: %s."), name, w.Model, reason)
	}
	measured := ""
	if w.Accuracy != nil {
		measured = fmt.Sprintf(in(lang, "; right in %.1f of 100 cases", "; acierta en %.1f de cada 100 casos"), 100*w.Accuracy.Mean)
	}
	return fmt.Sprintf(in(lang, "The model %s is trained and answers%s.", "El modelo %s está entrenado y responde%s."), w.Model, measured)
}
