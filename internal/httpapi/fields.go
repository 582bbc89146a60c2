package httpapi

import (
	"github.com/danielgtaylor/huma/v2"
)

// fieldDocs says what the fields of the types mean that the API answers as they are, by type and name. Those that
// it has a view of have doc tags.
var fieldDocs = map[string]map[string]string{
	"Face": {
		"id": "The photo's id, a hyphen, and the face's number from 0.", "mood": "The mood it is routed to.", "leaned_to": leanedToDoc,
		"emotions": "The most probable first.", "people": peopleDoc, "box": boxDoc, "confidence": confidenceDoc, "age": "In years.", "gender": genderDoc,
		"pose": "How the head is turned.", "quality": "How useful the face's pixels are.",
		"landmarks": "Points of the face, each x and y as fractions of the photo's width and height.",
	},
	"MoodRecord": {
		"tenant_id": "Whose photo it is.", "mood": "The mood it was routed to.", "image_id": "The photo's name.", "image_data": "Who it is, and the emotion that decided.",
		"face_id": "The photo's id, a hyphen, and the face's number from 0.", "photo_id": "The photo's id.", "source": "Which camera or stage the photo is from; may be empty.",
		"leaned_to": leanedToDoc, "emotions": "The most probable first.", "box": boxDoc, "confidence": confidenceDoc, "age": "In years.", "gender": genderDoc,
		"taken_at": "By the uploader's word, else when the photo was accepted.", "accepted_at": "When the photo was accepted.", "analysed_at": "When its faces were found.",
	},
	"ImageData":  {"celebrities_info": peopleDoc, "user_emotion": "The emotion that decided."},
	"Celebrity":  {"name": "As it was introduced.", "similarity": "In percent."},
	"Emotion":    {"Type": "HAPPY, SAD, ANGRY, CONFUSED, DISGUSTED, SURPRISED, CALM, FEAR or UNKNOWN.", "Confidence": "In percent."},
	"Box":        {"left": "Of its left edge, as a fraction of the photo's width.", "top": "Of its upper edge, as a fraction of the photo's height.", "width": "As a fraction of the photo's.", "height": "As a fraction of the photo's."},
	"Gender":     {"value": "Male or Female, as it looks to the network.", "confidence": "In percent."},
	"Pose":       {"roll": "Degrees, positive when it leans towards the photo's right.", "pitch": "Degrees, positive when it looks up.", "yaw": "Degrees, positive when it looks towards the photo's right."},
	"Quality":    {"brightness": "From 0 to 100.", "sharpness": "From 0 to 100."},
	"Receipt":    {"id": "The receipt's.", "erased": "The photo's id.", "time": "When it was erased.", "files": "The photo's own and those made of it.", "bytes": "Of the photo's own file.", "faces": "What was recorded of faces.", "descriptors": "By which a face is known again.", "events": "Of the photo, that waited, ran or were dead letters.", "deliveries": "To subscribers: that waited, and what was kept of those that were told."},
	"Summary":    {"every": "The length of an interval, such as 1m, 1h or 24h.", "total": "By mood.", "sources": "By source and mood.", "intervals": "Those with faces, by time."},
	"Interval":   {"from": "When it begins: at a whole multiple of its length since midnight UTC.", "moods": "By mood."},
	"MoodCount":  {"faces": "How many.", "confidence": "The mean, in percent, of the emotions that decided; 0 without faces."},
	"UploadView": {"bytes": "How many the photo has."},
	"PhotoView":  {"id": "Under which it is asked for.", "bytes": "How many it has.", "taken_at": "By the uploader's word, else when it was accepted.", "accepted_at": "When it was taken in.", "status": "How far it is.", "analysed_at": "When its faces were found.", "height": "In pixels, upright."},
}

const (
	boxDoc        = "Where the face is. It may reach beyond the photo."
	confidenceDoc = "In percent, that this is a face."
	genderDoc     = "What the face looks like to the network."
	leanedToDoc   = "The emotion of a face that is OTHER for want of confidence."
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
