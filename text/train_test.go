package text

import "testing"

func TestTrain_reaches_reference_accuracy(t *testing.T) {
	for trainer, least := range map[string]float64{"nb": 0.9465} {
		if got := meanAccuracy(t, trainer); got < least {
			t.Errorf("%s: accuracy %.4f, want at least %.4f", trainer, got, least)
		}
	}
}
