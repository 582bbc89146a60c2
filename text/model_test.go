package text

import (
	"reflect"
	"testing"
)

func TestModel_predicts_the_same_after_saving(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	for _, trainer := range Trainers() {
		m, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := Save(dir, m, r); err != nil {
			t.Fatal(err)
		}
		m2, r2, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r, r2) {
			t.Errorf("%s: the report changed from %+v to %+v", trainer, r, r2)
		}
		for _, o := range rows {
			if a, b := m.Classify(o.Text)[0], m2.Classify(o.Text)[0]; a != b {
				t.Fatalf("%s: %q was %+v, is %+v after loading", trainer, o.Text, a, b)
			}
		}
		t.Log(m2.Classify("Las camas estaban mal arregladas"), m2.Explain("No me gustó nada; las camas estaban mal arregladas", 6))
	}
}
