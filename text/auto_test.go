package text

import (
	"testing"
	"strconv"
)
func TestTmp(t *testing.T){
	rows, folds := reportRows(t, "DB_proyecto_SA"), referenceFolds(t, 1002)
	sum:=0.
		for seed:=3;seed<10;seed++{
		_, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: "auto", FoldOf: folds[strconv.Itoa(seed)]})
		if err!=nil{t.Fatal(err)}
		t.Logf("%s seed %d %.4f in %.3f %s","auto",seed,r.Accuracy.Mean,r.Seconds,r.Why)
		sum+=r.Accuracy.Mean/7
	}
	t.Log(sum)
	others:=restaurantRows(t)
	for _, trainer := range []string{"lexnb","lexnb2","lexblend","nb","blend"} {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer})
		if err != nil { t.Fatal(err) }
		s,_:=Evaluate(t.Context(),m,FromSlice(others))
		t.Logf("%s: %d rows, accuracy %.4f, F1 %.4f", trainer, s.Rows, s.Accuracy, s.F1)
	}
}
