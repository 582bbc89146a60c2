package awsfaces

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"

	"animo"
	"animo/internal/pictures"
)

// facesOf puts what Amazon answered into Animo's words: the faces, the most prominent first and most of them at
// most (0: all), with the names of those whom it knows. seen says which picture the fractions are of.
func facesOf(details []types.FaceDetail, known []types.Celebrity, seen extent, most int) []pictures.Found {
	found := make([]pictures.Found, len(details))
	for i := range details {
		found[i].Face = faceOf(&details[i], seen)
	}
	nameFaces(found, known, seen)
	slices.SortStableFunc(found, func(a, b pictures.Found) int { return cmp.Compare(prominence(b.Box), prominence(a.Box)) })
	if most > 0 && len(found) > most {
		found = found[:most]
	}
	return found
}

// faceOf puts one face into Animo's words. What Amazon left out is zero.
func faceOf(d *types.FaceDetail, seen extent) animo.Face {
	face := animo.Face{
		Box:        boxOf(d.BoundingBox, seen),
		Confidence: number(d.Confidence),
		Emotions:   make([]animo.Emotion, len(d.Emotions)),
		People:     []animo.Celebrity{},
		Landmarks:  make([][2]float64, len(d.Landmarks)),
	}
	for i, e := range d.Emotions {
		face.Emotions[i] = animo.Emotion{Type: string(e.Type), Confidence: number(e.Confidence)}
	}
	slices.SortStableFunc(face.Emotions, func(a, b animo.Emotion) int { return cmp.Compare(b.Confidence, a.Confidence) })
	for i, l := range d.Landmarks {
		face.Landmarks[i] = [2]float64{seen.x * number(l.X), seen.y * number(l.Y)}
	}
	if a := d.AgeRange; a != nil {
		face.Age = float64(aws.ToInt32(a.Low)+aws.ToInt32(a.High)) / 2
	}
	if g := d.Gender; g != nil {
		face.Gender = animo.Gender{Value: string(g.Value), Confidence: number(g.Confidence)}
	}
	if p := d.Pose; p != nil {
		face.Pose = animo.Pose{Roll: number(p.Roll), Pitch: number(p.Pitch), Yaw: number(p.Yaw)}
	}
	if q := d.Quality; q != nil {
		face.Quality = animo.Quality{Brightness: number(q.Brightness), Sharpness: number(q.Sharpness)}
	}
	return face
}

// sameFace is the least overlap of two boxes that are of one face.
const sameFace = 0.5

// nameFaces gives each celebrity to the face whose box the celebrity's overlaps most.
func nameFaces(found []pictures.Found, known []types.Celebrity, seen extent) {
	for _, c := range known {
		if c.Face == nil || len(found) == 0 {
			continue
		}
		box := boxOf(c.Face.BoundingBox, seen)
		best := 0
		for i := range found {
			if found[i].Box.Overlap(box) > found[best].Box.Overlap(box) {
				best = i
			}
		}
		if found[best].Box.Overlap(box) >= sameFace {
			found[best].People = append(found[best].People, animo.Celebrity{Name: aws.ToString(c.Name), Similarity: number(c.MatchConfidence)})
		}
	}
	for i := range found {
		slices.SortStableFunc(found[i].People, func(a, b animo.Celebrity) int { return cmp.Compare(b.Similarity, a.Similarity) })
	}
}

// prominence orders faces as package vision does: by their area, of which a face at the photo's edge counts a
// tenth.
func prominence(b animo.Box) float64 {
	dx, dy := b.Left+b.Width/2-0.5, b.Top+b.Height/2-0.5
	return b.Width * b.Height * math.Pow(10, -4*(dx*dx+dy*dy))
}

func boxOf(b *types.BoundingBox, seen extent) animo.Box {
	if b == nil {
		return animo.Box{}
	}
	return animo.Box{
		Left: seen.x * number(b.Left), Top: seen.y * number(b.Top),
		Width: seen.x * number(b.Width), Height: seen.y * number(b.Height),
	}
}

// number is a number as Amazon wrote it, before the SDK made a float32 of it: 99.9, not 99.9000015258789.
func number(f *float32) float64 {
	if f == nil {
		return 0
	}
	n, err := strconv.ParseFloat(strconv.FormatFloat(float64(*f), 'g', -1, 32), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0 // nothing that could be stored
	}
	return n
}
