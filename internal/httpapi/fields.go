package httpapi

import (
	"github.com/danielgtaylor/huma/v2"
)

// fieldDocs says what the fields of the types mean that the API answers as they are, by type and name. Those that
// it has a view of have doc tags.
var fieldDocs = map[string]map[string]string{
	"Face": {
		"id": "The photo's id, a hyphen, and the face's number from 0.", "mood": "The mood it is routed to.", "leaned_to": leanedToDoc, "correction": correctionDoc, "unsure": unsureDoc,
		"network_emotions": "What the network said, where emotions are what it said read through what your corrections taught.", "emotions": "As the analysis found them, the most probable first.", "people": peopleDoc, "perhaps": "In a photo that is asked for by its id: who a face without a name may be. Somebody may confirm it; it is recorded nowhere and told to no subscriber.", "box": boxDoc, "confidence": confidenceDoc, "age": "In years.", "gender": genderDoc,
		"pose": "How the head is turned.", "quality": "How useful the face's pixels are.",
		"landmarks": "The 68 points of iBUG 300-W (jaw 0 to 16, brows to 26, nose to 35, eyes to 47, mouth to 67), each x and y as fractions of the photo's width and height, for as long as the picture is kept. Faces that Rekognition found have the points that it tells, or none.",
	},
	"MoodRecord": {
		"tenant_id": "Whose photo it is.", "mood": "The mood it was routed to.", "image_id": "The photo's name.", "image_data": "Who it is, and the most probable emotion.",
		"face_id": "The photo's id, a hyphen, and the face's number from 0; one of its own for a face that a client measured.", "photo_id": "The photo's id; empty for a face that a client measured.", "source": "Which camera or stage the photo is from; may be empty.", "measured_by": "client for a face that a client measured itself, without its picture; absent for those that the server found.",
		"leaned_to": leanedToDoc, "correction": correctionDoc, "unsure": unsureDoc, "emotions": "As they were found, the most probable first.", "box": boxDoc, "confidence": confidenceDoc, "age": "In years.", "gender": genderDoc,
		"taken_at": "When the photo was taken, by taken_by's word.", "taken_by": "By whose word: sender, camera (EXIF data), file (when it was last changed) or arrival (it is when the photo was accepted); absent for faces of earlier releases.", "accepted_at": "When the photo was accepted.", "analysed_at": "When its faces were found.",
	},
	"ImageData":  {"celebrities_info": peopleDoc, "user_emotion": "The most probable emotion, or with 100 percent the one that somebody said it is."},
	"Correction": {"not_a_face": "That it is none: it is recorded and counted nowhere.", "emotion": "Which emotion it shows.", "at": "When that was said.", "was": "The emotion that was found most probable.", "mood": "The mood that the analysis gave.", "leaned_to": "The emotion that it leaned to by the analysis."},
	"Celebrity":  {"name": "As it was introduced.", "similarity": "In percent."},
	"Emotion":    {"Type": "HAPPY, SAD, ANGRY, CONFUSED, DISGUSTED, SURPRISED, CALM, FEAR or UNKNOWN.", "Confidence": "In percent."},
	"Box":        {"left": "Of its left edge, as a fraction of the photo's width.", "top": "Of its upper edge, as a fraction of the photo's height.", "width": "As a fraction of the photo's.", "height": "As a fraction of the photo's."},
	"Gender":     {"value": "Male or Female, as it looks to the network.", "confidence": "In percent."},
	"Pose":       {"roll": "Degrees, positive when it leans towards the photo's right.", "pitch": "Degrees, positive when it looks up.", "yaw": "Degrees, positive when it looks towards the photo's right."},
	"Quality":    {"brightness": "From 0 to 100.", "sharpness": "From 0 to 100."},
	"Receipt":    {"id": "The receipt's.", "erased": "The id of the photo, of the face that a client measured, or of the person.", "time": "When it was erased.", "files": "The photo's own and those made of it.", "bytes": "Of the photo's own file.", "faces": "What was recorded of faces.", "descriptors": "By which a face is known again.", "events": "Of the photo, that waited, ran or were dead letters.", "deliveries": "To subscribers: that waited, and what was kept of those that were told.", "subscriptions": "To the person, with what waited for them and their logs."},
	"Summary":    {"every": "The length of an interval, such as 1m, 1h or 24h.", "time_zone": "By whose clocks intervals begin.", "total": "By mood.", "sources": "By source and mood.", "intervals": "Those with faces, by time."},
	"Interval":   {"from": "When it begins: at a whole multiple of its length since midnight, by the clocks of time_zone.", "moods": "By mood."},
	"MoodCount":  {"faces": "How many.", "confidence": "The mean, in percent, of the most probable emotions; 0 without faces."},
	"Report": {
		"rows": "That it learned from.", "positive": "Of these, how many are labelled Positivo.", "features": "Of the published model, which is fitted on all rows.", "trainer": "The one asked for.", "chosen": "What it fitted: the same, or auto's choice.",
		"why": "Why auto chose it.", "language": "Of the lexicon that the model uses: es, en or pt; absent for a model without one.", "seed": "Folds and start weights follow from it.", "folds": "The scores of each fold, on rows that its model had not seen.", "accuracy": "Over the folds.", "precision": "Over the folds.", "recall": "Over the folds.",
		"f1": "Over the folds.", "confusion": "Summed over the folds.", "seconds": "Of reading, measuring and fitting.", "peak_bytes": "The process's peak resident memory; 0 where the system does not tell.",
		"figures": "Of all folds together; none in reports of earlier releases.", "verdict": "What the figures mean, in words.", "warnings": "What the figures do not show of the rows.",
	},
	"Drift": {"before": "Its first texts, 5,000 where there are so many.", "now": "Its last texts, 2,000 where there are so many after those.", "psi": "Population stability index of the probabilities of Positivo, in tenths; 0.1 is a change.", "drifted": "Whether the difference is beyond chance, and 0.1 of the index or 5 points of a share."},
	"Share": {"texts": "Of how many it is said.", "negative": "Called Negativo, from 0 to 1.", "guesses": "Of which it knew no word, from 0 to 1.", "sure": "The mean probability of the labels."},
	"Figures": {
		"rows": "That were measured: of a long file the first ones.", "majority": "The accuracy of calling everything by the more frequent label.", "balanced": "Balanced accuracy, the mean of the labels' recalls; 0.5 is what guessing has.", "macro_f1": "The mean of the labels' F1.", "roc_area": "How probable it is that of two rows the positive one has the higher probability.", "ece": "Expected calibration error: by how much the probabilities are off on average, in 10 bins.", "log_loss": "The mean of -ln(the probability given to the true label).", "bins": "For a reliability plot; those with rows, from improbable to probable.", "goal": "What the threshold was chosen for; none is the likelier label.", "threshold": "The probability of Negativo from which on a text is called so.", "accuracy": "Share of the rows that were predicted right.", "labels": "How well each label is found.",
	},
	"LabelFigures": {
		"support": "Rows that carry the label.", "precision": "Of the rows that are called so, those that are. Wilson's interval, as recall's.", "recall": "Of the rows with this label, those that are called so.", "f1": "The harmonic mean of the two. Interval by bootstrap.", "pr_area": "Area under the curve of precision over recall (average precision), whatever the threshold.", "label": "The label that is found.",
	},
	"Bin": {
		"said": "The mean probability of Positivo that was given.", "is": "The share of them that is Positivo.", "rows": "Of which about the same was said.",
	},
	"Rate": {
		"value": "Measured.", "low": "The true one is above it in 97.5 of 100 cases.", "high": "The true one is below it in 97.5 of 100 cases.",
	},
	"Warning": {
		"rows": "How many rows it is about.", "code": "What it warns of.", "en": "In English.", "es": "In Spanish.",
	},
	"Words": {
		"en": "In English.", "es": "In Spanish.",
	},
	"Comparison": {
		"rows": "That both were measured on, with the same label.", "only_this": "Rows that this one alone is right about.", "only_other": "Rows that the other one alone is right about.", "mcnemar": "The probability of such a difference, or a larger one, between equals (exact test).", "accuracy": "Share of the rows that were predicted right.", "balanced": "Mean of the labels' recalls.", "precision": "Of Positivo.", "recall": "Of Positivo.", "f1": "Of Positivo.", "found": "Recall of Negativo.",
	},
	"Difference": {
		"value": "Measured; above 0 where this one is better.", "low": "The true one is above it in 97.5 of 100 cases.", "high": "The true one is below it in 97.5 of 100 cases.",
	},
	"Band": {
		"from": "The lowest probability of Positivo, above 0.", "to": "The highest, below 1.",
	},
	"Scores":    {"rows": "In this fold.", "accuracy": "Share of the rows that were predicted right.", "precision": "Share of Positivo among what was predicted Positivo.", "recall": "Share of what is Positivo that was predicted so.", "f1": "Harmonic mean of precision and recall.", "confusion": "Of this fold."},
	"Stat":      {"mean": "Over the folds.", "std": "Standard deviation over the folds, dividing by their number."},
	"Confusion": {"positive_positive": "Positivo, predicted Positivo.", "positive_negative": "Positivo, predicted Negativo.", "negative_positive": "Negativo, predicted Positivo.", "negative_negative": "Negativo, predicted Negativo."},
	"Reading": {
		"format": "csv, tsv, jsonl, json, fasttext, spaces (a text and a label with spaces between) or xlsx.", "packed": "gzip or zip.", "encoding": "As IANA calls it.", "delimiter": "Between the columns.",
		"sheet": "Of a workbook.", "header": "The line of the columns' names; 0 or absent for none.", "text": "The columns or keys that are the text, by name or number.", "label": "The columns or keys that are the label, by name or number.",
		"scale": "How numbers are meant, such as 1 to 5; words; or columns, where praise and complaint have a column each.", "rows": "Opinions that were read.",
		"left_out": "Rows that were left out, by why: no_text, no_label, neutral, or the code of an error.",
		"mended":   "Rows that were mended, by what: decoded (the line was not UTF-8), mojibake, entities, tags, characters, quotes, delimiters, or translation (the original of a translation by Google was taken).",
	},
	"AspectReport": {
		"texts": "That were read.", "good": "Texts that praise on the whole.", "bad": "Texts that blame; the rest are texts of which the model knows no word.", "labelled": "Texts whose label the file or a correction gave.", "language": "Of the aspects' terms: es, en or pt.",
		"aspects": "All eight, always in the same order.", "bad_terms": "Words, and pairs of words, that stand out in bad texts, those that do most first.", "good_terms": "The same of good texts.",
		"sources": "By where the texts come from, those with most texts first; the rest of more than 100 is …. Absent where the file does not tell.", "periods": "By month, in order. Absent where the file does not tell.",
	},
	"AspectCounts":   {"aspect": "Which one.", "name": "What people call it.", "good": "Texts that praise it; one that does both counts twice.", "bad": "Texts that blame it.", "good_sentences": "That praise it, the clearest first.", "bad_sentences": "That blame it, the clearest first."},
	"AspectSentence": {"sentence": "As it stands in the text.", "text": "The number of the text that has it, from 1."},
	"AspectGroup":    {"name": "Of the source, or the month, such as 2026-11.", "texts": "How many there are.", "good": "Texts that praise on the whole.", "bad": "Texts that blame.", "aspects": "All eight."},
	"AspectTally":    {"aspect": "Which one.", "good": "Texts that praise it.", "bad": "Texts that blame it."},
	"Term":           {"term": "A word or two.", "good": "Good texts that have it.", "bad": "Bad texts that have it.", "z": "By how many standard deviations it is more frequent there."},
	"RowCount":       {"what": "Why, or what.", "rows": "How many.", "lines": "Of the first of them."},
	"UploadView":     {"bytes": "How many the photo has."},
	"PhotoView":      {"id": "Under which it is asked for.", "bytes": "How many it has.", "taken_at": "When it was taken, by taken_by's word.", "accepted_at": "When it was taken in; how long it is kept counts from then.", "status": "How far it is.", "analysed_at": "When its faces were found.", "height": "In pixels, upright."},
}

const (
	boxDoc        = "Where the face is. It may reach beyond the photo."
	confidenceDoc = "In percent, that this is a face."
	genderDoc     = "What the face looks like to the network."
	correctionDoc = "What somebody said of it; absent where nobody did."
	leanedToDoc   = "The emotion of a face that is OTHER for want of confidence, or because it is unsure."
	unsureDoc     = "Why the face's expression cannot be read, and it is OTHER: small_face, covered_face, blurred_face, bad_light or turned_face. Absent for a face that can be read."
	peopleDoc     = "Who it is of those that were introduced, the most similar first; empty for a stranger."
)

// describeFields adds fieldDocs to the API's description.
func describeFields(schemas map[string]*huma.Schema) {
	for name, docs := range fieldDocs {
		schema := schemas[name]
		if schema == nil {
			continue
		}
		for field, doc := range docs {
			if p := schema.Properties[field]; p != nil && p.Description == "" {
				p.Description = doc
			}
		}
	}
}
