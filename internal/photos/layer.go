package photos

import (
	"context"
	"encoding/json"
	"time"

	"animo"
	"animo/internal/background"
	"animo/internal/faces"
	"animo/internal/pictures"
	"animo/internal/table"
	"animo/vision"
)

// Layers keeps for each tenant a vision.Layer, fitted to what people said that faces show. New analyses read emotions through
// it where it is better than the network alone on faces that it did not learn from, and nobody has turned it off.
type Layers struct {
	tables *table.Table
	now    func() time.Time
}

// NewLayers makes the Layers over the tables of the photos; now is the clock.
func NewLayers(tables *table.Table, now func() time.Time) *Layers { return &Layers{tables, now} }

const (
	// LeastCorrections is how many faces must have been said to show an emotion before a layer is fitted.
	LeastCorrections = 48
	// mostCorrections are learned from, the latest ones.
	mostCorrections = 1000
	// leastRight is the share of these that the network must have been right about. Who corrects nothing but mistakes would
	// teach that it is always wrong.
	leastRight = 1. / 3
)

// LayerState says whether a layer is used, or why not.
type LayerState string

// The states.
const (
	LayerFew      LayerState = "few"       // fewer than LeastCorrections faces were said to show an emotion
	LayerMistakes LayerState = "mistakes"  // by far the most of them were mistakes; say of right ones, too, that they are right
	LayerNoBetter LayerState = "no_better" // it is not better than the network, beyond chance
	LayerOn       LayerState = "on"
	LayerOff      LayerState = "off" // somebody turned it off
)

// LayerInfo is what there is to know of a tenant's layer.
type LayerInfo struct {
	State         LayerState
	Learned       int       // faces that it was fitted to
	Before, After float64   // share of right ones among them, from 0 to 1: of the network, and with layers that did not learn from the face's photo
	Fitted        time.Time // zero where none was fitted
}

// layersTable holds the layer of a tenant, in one row.
const (
	layersTable = "face-layer"
	layerKey    = "emotions"
)

type layerRow struct {
	Layer  vision.Layer      `json:"layer"`
	Check  vision.LayerCheck `json:"check"`
	Said   int               `json:"said"` // faces of which something was said when it was fitted, also such as it could not learn from
	Fitted time.Time         `json:"fitted"`
	Off    bool              `json:"off,omitempty"`
}

func (r *layerRow) state() LayerState {
	switch {
	case r.Check.Faces < LeastCorrections:
		return LayerFew
	case r.Check.Before < leastRight:
		return LayerMistakes
	case !r.Check.Better():
		return LayerNoBetter
	case r.Off:
		return LayerOff
	}
	return LayerOn
}

// read changes what the network says of a face into what the layer makes of it, and keeps what the network said. Another engine's
// emotions stay as they are.
func (r *layerRow) read(face *animo.Face) {
	said, ok := pictures.ExpressionsOf(face.Emotions)
	if !ok {
		return
	}
	face.Network, face.Emotions = face.Emotions, pictures.EmotionsOf(r.Layer.Apply(said))
}

// layerOf reads the layer out of its row; nil where none is used. A row that cannot be read is left out, and written anew by Learn.
func layerOf(tables *table.Table, tenant string, row table.Row) *layerRow {
	var r layerRow
	if row.Rev == 0 {
		return nil
	}
	if err := table.Decode(layersTable, row, &r); err != nil {
		tables.LeaveOut(tenant, layersTable, layerKey, err)
		return nil
	}
	if r.state() != LayerOn {
		return nil
	}
	return &r
}

// LearnTables are the tables in which Learn finds what there is to do: a tenant without rows in them need not be asked for.
func LearnTables() []string { return []string{correctionsTable, layersTable} }

// Learn fits a tenant's layer where there are as many corrections as it needs, and a tenth more or fewer than it learned from.
func (l *Layers) Learn(ctx context.Context, tenant string) error {
	said := 0
	for t, err := range l.tables.Tallies(ctx, tenant, correctionsTable, table.Range{}) {
		if err != nil {
			return err
		}
		if _, is, _, ok := checkIn(t.Key); ok && is != "" {
			said += int(max(0, t.N))
		}
	}
	rows, err := l.tables.Read(ctx, tenant, table.Key{Table: layersTable, Key: layerKey})
	if err != nil {
		return err
	}
	var r layerRow
	if rows[0].Rev != 0 && json.Unmarshal(rows[0].Value, &r) != nil {
		r = layerRow{}
	}
	if rows[0].Rev == 0 && said < LeastCorrections || r.Said > 0 && max(said-r.Said, r.Said-said)*10 < r.Said {
		return nil
	}
	list, err := l.labelled(ctx, tenant)
	if err != nil {
		return err
	}
	r.Said, r.Fitted = said, l.now().UTC().Truncate(time.Millisecond)
	background.Do(func() { r.Layer, r.Check = vision.FitLayer(list) })
	op, err := table.ReplaceJSON(layersTable, layerKey, rows[0].Rev, r)
	if err == nil {
		err = l.tables.Commit(ctx, tenant, op)
	}
	if animo.CodeOf(err) == animo.Conflict { // somebody turned it on or off meanwhile; the next time it is fitted
		err = nil
	}
	return err
}

// labelled reads the latest faces that somebody said to show an emotion, with what the network said of them. Faces whose
// expressions could not be read are left out.
func (l *Layers) labelled(ctx context.Context, tenant string) (list []vision.Labelled, err error) {
	is := map[string]vision.Expression{} // by the face
	var keys []table.Key
	for row, err := range table.JSONRows[animo.Correction](ctx, l.tables, tenant, correctionsTable, table.Range{}, true) {
		if err != nil {
			return nil, err
		}
		photo, round, ok := faces.ParseID(row.Key)
		shows, known := pictures.ExpressionOf(row.Value.Emotion)
		if !ok || !known {
			continue
		}
		is[row.Key] = shows
		if k := (table.Key{Table: faces.AnalysesTable, Key: faces.AnalysisKey(photo, round)}); len(keys) == 0 || keys[len(keys)-1] != k {
			keys = append(keys, k)
		}
		if len(is) == mostCorrections {
			break
		}
	}
	rows, err := l.tables.Read(ctx, tenant, keys...)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		analysed, err := faces.AnalysisOf(row)
		if err != nil {
			l.tables.LeaveOut(tenant, faces.AnalysesTable, keys[i].Key, err)
			continue
		}
		for _, face := range analysed {
			said := face.Network
			if said == nil {
				said = face.Emotions
			}
			shows, ok := is[face.ID]
			p, all := pictures.ExpressionsOf(said)
			if ok && all && face.Unsure == "" {
				list = append(list, vision.Labelled{Said: p, Shows: shows, Photo: keys[i].Key})
			}
		}
	}
	return list, nil
}

// Info tells of a tenant's layer.
func (l *Layers) Info(ctx context.Context, tenant string) (LayerInfo, error) {
	var r layerRow
	_, err := l.tables.GetJSON(ctx, tenant, layersTable, layerKey, &r)
	if animo.CodeOf(err) == animo.NotFound {
		err = nil
	}
	return r.info(), err
}

func (r *layerRow) info() LayerInfo {
	return LayerInfo{r.state(), r.Check.Faces, r.Check.Before, r.Check.After, r.Fitted}
}

// Use turns a tenant's layer on or off for the analyses to come. It answers Conflict where there is none to turn on.
func (l *Layers) Use(ctx context.Context, tenant string, on bool) (LayerInfo, error) {
	var r layerRow
	err := l.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		r = layerRow{}
		if _, err := tx.GetJSON(layersTable, layerKey, &r); err != nil {
			return err
		}
		r.Off = !on
		if s := r.state(); on && s != LayerOn {
			return animo.Errorf(animo.Conflict, "nothing that was learned from corrections is better than the network (%s)", "nada de lo aprendido de las correcciones es mejor que la red (%s)", s)
		}
		return tx.PutJSON(layersTable, layerKey, r)
	})
	return r.info(), err
}
