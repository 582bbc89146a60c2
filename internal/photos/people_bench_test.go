package photos_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"animo/internal/table"
)

// BenchmarkSeek looks through 100,000 recorded faces of strangers for one person who was introduced.
func BenchmarkSeek(b *testing.B) {
	l := newLine(b, options{})
	rng := rand.New(rand.NewPCG(1, 2))
	const faces = 100_000
	var rows []table.Row
	for i := range faces {
		var d []byte
		for range 128 {
			d = binary.LittleEndian.AppendUint32(d, math.Float32bits(float32(rng.NormFloat64())*0.124))
		}
		rows = append(rows, table.Row{Key: fmt.Sprintf("20260501T120000.000Z-%016x-0", i), Value: d})
		if len(rows) == 1000 {
			if err := l.Rows.Put(b.Context(), tenant, "photo-descriptors", rows...); err != nil {
				b.Fatal(err)
			}
			rows = rows[:0]
		}
	}
	functions := l.functions()
	seek := functions[len(functions)-1]
	n := 0
	for b.Loop() {
		n++
		if _, err := l.flow.people.Introduce(b.Context(), tenant, fmt.Sprint(n), bytes.NewReader(portrait(uint8(10+n%200)))); err != nil {
			b.Fatal(err)
		}
		claimed, err := l.Queue.Claim(b.Context(), seek.Name, 1, time.Hour)
		if err != nil || len(claimed) != 1 {
			b.Fatal(claimed, err)
		}
		if err := seek.Handle(b.Context(), claimed[0].Event); err != nil {
			b.Fatal(err)
		}
		if err := l.Queue.Done(b.Context(), claimed[0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(faces/b.Elapsed().Seconds()*float64(n), "faces/s")
}
