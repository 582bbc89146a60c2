// Command bigfile makes a large file of labelled opinions from a small one, to measure with: rows drawn
// at random, of which every word is left out with a probability of 10 % and every pair of neighbours
// swapped with a probability of 5 %. The same seed and input give the same bytes.
//
//	go run ./internal/bigfile -rows 1000000 ../shared/data/opinions/DB_proyecto_SA.txt >big.txt
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

const (
	dropped = 0.10
	swapped = 0.05
)

func main() {
	rows := flag.Int("rows", 1_000_000, "rows to write")
	seed := flag.Uint64("seed", 1, "what the random numbers follow from")
	flag.Parse()
	if err := run(os.Stdout, flag.Arg(0), *rows, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "bigfile:", err)
		os.Exit(1)
	}
}

// run writes rows to w, made from the file of the given name: a text, a tab and a label on each line.
func run(w io.Writer, name string, rows int, seed uint64) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	type row struct {
		words [][]byte
		label []byte
	}
	var from []row
	for line := range bytes.Lines(data) {
		text, label, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte("\t"))
		if !ok {
			return fmt.Errorf("%s: no tab in %q", name, line)
		}
		from = append(from, row{bytes.Fields(text), label})
	}
	if len(from) == 0 {
		return fmt.Errorf("%s: no rows", name)
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	out := bufio.NewWriterSize(w, 1<<20)
	var words [][]byte
	for range rows {
		r := from[rng.IntN(len(from))]
		words = words[:0]
		for _, word := range r.words {
			if rng.Float64() >= dropped {
				words = append(words, word)
			}
		}
		if len(words) == 0 {
			words = append(words, r.words...) // a row without a text would be malformed
		}
		for i := 1; i < len(words); i++ {
			if rng.Float64() < swapped {
				words[i-1], words[i] = words[i], words[i-1]
			}
		}
		out.Write(bytes.Join(words, []byte(" ")))
		out.WriteByte('\t')
		out.Write(r.label)
		out.WriteByte('\n')
	}
	return out.Flush()
}
