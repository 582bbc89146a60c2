package app_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"animo/internal/app"
)

// BenchmarkStart measures from nothing to the first request answered, on a new data folder and on one that
// has been used.
func BenchmarkStart(b *testing.B) {
	for _, name := range []string{"new", "used"} {
		b.Run(name, func(b *testing.B) {
			c := settings(b)
			for b.Loop() {
				if name == "new" {
					c.Data = b.TempDir()
				}
				a, err := app.New(b.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					b.Fatal(err)
				}
				a.Start(b.Context())
				res, err := http.Get("http://" + a.Addr() + "/readyz")
				if err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(err, res)
				}
				_ = res.Body.Close()
				b.StopTimer()
				if err := a.Stop(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

// sixOpinions is a call of /senti with six opinions, as in the report.
const sixOpinions = `{"idmodel":"r.txt","opiniones":["Las camas estaban mal arregladas","El desayuno muy bueno y variado","No volveremos nunca, todo sucio y caro",` +
	`"La ubicación es perfecta para visitar el centro","El personal del hotel encantador, nos ayudaron en todo","Esperamos una hora y la comida llegó fría"]}`

// BenchmarkSenti sends 200, 2,000 and 5,000 requests a second, each at its own moment whether or not the ones before have
// been answered, and reports how long answers took from that moment. The load is made in this process, on
// the same cores.
func BenchmarkSenti(b *testing.B) {
	a := start(b, settings(b))
	a.upload("r.txt", "", strings.Repeat(reviews(b), 8))
	for _, rate := range []int{200, 2000, 5000} {
		b.Run(fmt.Sprint(rate), func(b *testing.B) { benchSenti(b, a.url, rate) })
	}
}

func benchSenti(b *testing.B, url string, rate int) {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	took := make([]time.Duration, max(b.N, rate))
	call := func(i int, due time.Time) {
		res, err := client.Post(url+"/senti", "application/json", strings.NewReader(sixOpinions))
		if err != nil || res.StatusCode != http.StatusOK {
			b.Error(err, res)
			return
		}
		_, _ = io.Copy(io.Discard, res.Body) // so that the connection is used again
		_ = res.Body.Close()
		took[i] = time.Since(due)
	}
	for range 100 {
		call(0, time.Now())
	}
	var wg sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for i := range took {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		wg.Go(func() { call(i, due) })
	}
	wg.Wait()
	b.ReportMetric(float64(len(took))/time.Since(began).Seconds(), "requests/s")
	slices.Sort(took)
	for _, q := range []float64{0.5, 0.99, 0.999} {
		b.ReportMetric(float64(took[int(q*float64(len(took)-1))].Microseconds())/1000, fmt.Sprintf("p%g-ms", q*100))
	}
}

// BenchmarkIngest measures from a file's upload until its rows are in the table and durable.
func BenchmarkIngest(b *testing.B) {
	const rows = 100_000
	content := bytes.Repeat([]byte(reviews(b)), rows/120)
	c := settings(b)
	c.Functions = []string{"api", "ingest"}
	a := start(b, c)
	n := 0
	for i := 0; b.Loop(); i++ {
		name := fmt.Sprintf("r%d.txt", i)
		own := fmt.Appendf(nil, "Todo bien en el archivo %d\t1\n", i)
		if r := a.send("PUT", "/v1/training/"+name, bytes.NewReader(append(own, content...)), nil); r.status != http.StatusAccepted {
			b.Fatal(r.body)
		}
		for {
			var d struct {
				Rows     int
				Ingested bool
			}
			a.do("GET", "/v1/datasets/"+name, "").into(b, &d)
			if d.Ingested {
				n += d.Rows
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
