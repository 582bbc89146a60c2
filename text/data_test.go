package text

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// reportRows reads one of the report's training files: a text, a tab and a label on each line.
func reportRows(t testing.TB, name string) []animo.Opinion {
	t.Helper()
	b, err := os.ReadFile(sharedtest.Path(t, "data", "opinions", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []animo.Opinion
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		at := bytes.LastIndexByte(line, '\t')
		if at < 0 {
			t.Fatalf("%s: no tab in %q", name, line)
		}
		label, err := strconv.Atoi(string(line[at+1:]))
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, animo.Opinion{Text: string(line[:at]), Label: animo.Label(label)})
	}
	return rows
}

// referenceFolds reads the folds that the reference figures were measured on, by seed.
func referenceFolds(t testing.TB, rows int) map[string][]int {
	t.Helper()
	b, err := os.ReadFile(sharedtest.Path(t, "reference", "text", "folds_"+strconv.Itoa(rows)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	folds := map[string][]int{}
	if err := json.Unmarshal(b, &folds); err != nil {
		t.Fatal(err)
	}
	return folds
}

// meanAccuracy trains on the report's 1,002 rows with the reference folds of seeds 3 to 9.
func meanAccuracy(t testing.TB, trainer string) float64 {
	t.Helper()
	rows, folds := reportRows(t, "DB_proyecto_SA"), referenceFolds(t, 1002)
	sum := 0.0
	for seed := 3; seed <= 9; seed++ {
		_, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, FoldOf: folds[strconv.Itoa(seed)]})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s seed %d: %.4f ± %.4f F1 %.4f in %.3f s, %d features", trainer, seed, r.Accuracy.Mean, r.Accuracy.Std, r.F1.Mean, r.Seconds, r.Features)
		sum += r.Accuracy.Mean
	}
	return sum / 7
}
