package text_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"animo"
	"animo/text"
	"animo/text/labelled"
)

// The example trains on a small file, and asks the model about two opinions.
func Example() {
	rows, err := labelled.Open(func() (io.ReadCloser, error) { return os.Open("../samples/opiniones.txt") }, labelled.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	var opinions []animo.Opinion
	for row, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		opinions = append(opinions, row.Opinion)
	}
	model, report, err := text.Train(context.Background(), text.FromSlice(opinions), text.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Rows, "opinions, better than a guess:", report.Accuracy.Mean > 0.8)
	for _, p := range model.Classify("Las camas estaban mal arregladas", "Vale la pena, volveremos") {
		fmt.Println(p.Label)
	}
	fmt.Println(model.Explain("Vale la pena, volveremos", 1).Evidence[0].NGram)
	// Output:
	// 120 opinions, better than a guess: true
	// Negativo
	// Positivo
	// vale la pena
}
