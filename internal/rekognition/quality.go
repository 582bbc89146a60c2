package rekognition

import (
	"slices"

	"animo"
	"animo/vision"
)

// gates are the quality bars that a request may name. Where the usual one lies is package vision's to say, but for the size, from
// which on Rekognition documents that it takes faces: 40×40 pixels. The others are as far from it as their names promise; AWS does
// not tell where its own are.
var gates = map[string]vision.Gates{
	"AUTO":   {MinSide: 40},
	"LOW":    {MinSide: 25, MinSharpness: 8, MinBrightness: 8, MaxBrightness: 95, MaxRoll: 60, MaxPitch: 60, MaxYaw: 65},
	"MEDIUM": {MinSide: 40},
	"HIGH":   {MinSide: 80, MinSharpness: 40, MinBrightness: 25, MaxBrightness: 80, MaxRoll: 25, MaxPitch: 20, MaxYaw: 20},
}

// filter tells why a face does not pass; nil for one that does.
type filter func(vision.Face) []string

// filterOf returns the filter of that name. Without a name, every face passes, as with NONE.
func filterOf(name string) (filter, error) {
	if name == "" || name == "NONE" {
		return func(vision.Face) []string { return nil }, nil
	}
	g, ok := gates[name]
	if !ok {
		return nil, failf(invalidParameter, "QualityFilter must be NONE, AUTO, LOW, MEDIUM or HIGH")
	}
	return func(f vision.Face) []string {
		var reasons []string
		for _, r := range g.Check(f) {
			if reason := reasonOf(r.Code, f); !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
		}
		return reasons
	}, nil
}

// exceedsMaxFaces is why a face beyond the number asked for is not indexed.
const exceedsMaxFaces = "EXCEEDS_MAX_FACES"

// reasonOf puts a reason into Rekognition's words.
func reasonOf(code animo.Code, f vision.Face) string {
	switch {
	case code == animo.SmallFace:
		return "SMALL_BOUNDING_BOX"
	case code == animo.BlurredFace:
		return "LOW_SHARPNESS"
	case code == animo.TurnedFace:
		return "EXTREME_POSE"
	case code == animo.BadLight && f.Quality.Brightness < 50:
		return "LOW_BRIGHTNESS"
	}
	return "LOW_FACE_QUALITY"
}

// passing returns the faces that a filter lets pass, in their order.
func passing(faces []vision.Face, good filter) []vision.Face {
	return slices.DeleteFunc(slices.Clone(faces), func(f vision.Face) bool { return len(good(f)) > 0 })
}
