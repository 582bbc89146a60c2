package vision_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"animo/vision"
)

// The whole way from a file to what the faces in it show.
func Example() {
	engine, err := vision.New(vision.Options{}) // once; it may be used by any number of goroutines
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Open("photo.jpg")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	ctx := context.Background()
	picture, err := vision.Decode(ctx, file, vision.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	faces, err := engine.Analyze(ctx, picture)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range faces {
		emotion, p := f.Expressions.Top()
		fmt.Printf("a face at %.0f, %.0f: %s (%.0f %%), %s, about %.0f years\n", f.Box.X, f.Box.Y, emotion, 100*p, f.Gender, f.Age)
	}
}
