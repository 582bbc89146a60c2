package text

import "testing"

func TestTrain_reaches_reference_accuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it measures, and takes long")
	}
	for trainer, least := range map[string]float64{"auto": 0.9525, "lexblend": 0.9525, "lexnb": 0.95, "nb": 0.9465, "blend": 0.9480, "logreg": 0.92, "svm": 0.92, "nbsvm": 0.92} {
		if got := meanAccuracy(t, trainer); got < least {
			t.Errorf("%s: accuracy %.4f, want at least %.4f", trainer, got, least)
		}
	}
}
