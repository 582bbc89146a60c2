package vision_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"animo"
	"animo/vision"
)

// A gallery knows people by the descriptors of their faces, and says who somebody is.
func ExampleGallery() {
	ana, otherAna := vision.Descriptor{0: 1}, vision.Descriptor{0: 1, 1: 0.3}
	bea := vision.Descriptor{2: 1}

	var people vision.Gallery
	if err := people.Add("Ana", ana, otherAna); err != nil {
		log.Fatal(err)
	}
	if err := people.Add("Bea", bea); err != nil {
		log.Fatal(err)
	}
	if who, ok := people.Match(vision.Descriptor{0: 1, 1: 0.4}, vision.MatchDistance); ok {
		fmt.Printf("%s, %.0f %%, at a distance of %.1f\n", who.Person, who.Similarity, who.Distance)
	}
	people.Remove("Ana")
	_, ok := people.Match(ana, vision.MatchDistance)
	fmt.Println("is Ana still known?", ok)
	// Output:
	// Ana, 100 %, at a distance of 0.1
	// is Ana still known? false
}

// Decode tells what is wrong with a file in words for people, in English and Spanish, and with a code.
func ExampleDecode() {
	_, err := vision.Decode(context.Background(), bytes.NewReader([]byte("\xff\xd8\xff\xe0\x00\x10JFIF")), vision.Limits{})
	fmt.Println(animo.CodeOf(err))
	fmt.Println(animo.ReasonOf(err).ES)
	// Output:
	// truncated_image
	// la imagen JPEG termina antes de estar completa; envíela otra vez
}
