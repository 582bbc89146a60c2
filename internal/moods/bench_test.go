package moods

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
)

// BenchmarkSummary counts a million faces of one day, of four moods and three sources, by the minute, the hour
// and the day, and 10,000 of them that are one person's. It also reports how many of them were recorded in a second,
// 2,000 in a transaction, and the size of the tables' file for each face, with as much of the live stream's log as
// is kept.
func BenchmarkSummary(b *testing.B) {
	const million = 1_000_000
	path := filepath.Join(b.TempDir(), "animo.db")
	db, err := sqldb.Open(b.Context(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	tables := table.New(sqltable.New(db))
	began := time.Now()
	for done := 0; done < million; {
		done += recordFaces(b, tables, done, 50_000, million)
		if err := tables.TrimLog(b.Context(), "sol", moodsLog, int64(done-logKept)); err != nil { // as sweeps do
			b.Fatal(err)
		}
	}
	recorded := float64(million) / time.Since(began).Seconds()
	if err := db.Close(); err != nil { // which copies the write-ahead log into the file
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	if db, err = sqldb.Open(b.Context(), "sqlite:"+path, sqldb.Options{}); err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	m := New(table.New(sqltable.New(db)), nil, Options{})
	for _, every := range []time.Duration{time.Minute, time.Hour, day} {
		b.Run("every="+every.String(), func(b *testing.B) {
			for b.Loop() {
				s, err := m.Summary(b.Context(), "sol", SummaryQuery{Every: every})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for _, c := range s.Total {
					n += c.Faces
				}
				if n != million || len(s.Intervals) != int(day/every) {
					b.Fatalf("%d faces in %d intervals", n, len(s.Intervals))
				}
			}
			b.ReportMetric(float64(info.Size())/million, "bytes/face")
			b.ReportMetric(recorded, "recorded/s")
		})
	}
	const ofPerson = 10_000
	recogniseOne(b, m.tables, "Ana", ofPerson)
	b.Run("person", func(b *testing.B) {
		for b.Loop() {
			s, err := m.Summary(b.Context(), "sol", SummaryQuery{Every: time.Minute, Person: "Ana"})
			if err != nil || s.Total[animo.Happy].Faces != ofPerson {
				b.Fatal(s.Total, err)
			}
		}
	})
}

// recogniseOne makes the first n happy faces a person's.
func recogniseOne(b *testing.B, tables *table.Table, name string, n int) {
	b.Helper()
	ctx := b.Context()
	const id = "ana"
	if err := tables.PutJSON(ctx, "sol", faces.PeopleTable, id, faces.Person{ID: id, Name: name}); err != nil {
		b.Fatal(err)
	}
	if err := tables.Put(ctx, "sol", faces.NamesTable, table.Row{Key: name, Value: []byte(id)}); err != nil {
		b.Fatal(err)
	}
	var records, listed []table.Row
	for row, err := range tables.Query(ctx, "sol", faces.Table(animo.Happy), table.Range{}, false) {
		if err != nil {
			b.Fatal(err)
		}
		var r animo.MoodRecord
		if err := json.Unmarshal(row.Value, &r); err != nil {
			b.Fatal(err)
		}
		r.ImageData.Celebrities = []animo.Celebrity{{Name: name, Similarity: 99.2}}
		if row.Value, err = json.Marshal(r); err != nil {
			b.Fatal(err)
		}
		records = append(records, row)
		listed = append(listed, faces.Listed(id, faces.Key{Mood: animo.Happy, Key: row.Key}))
		if len(records) == n {
			break
		}
	}
	for i := range records {
		if err := tables.Commit(ctx, "sol", table.Replace(faces.Table(animo.Happy), records[i])); err != nil {
			b.Fatal(err)
		}
	}
	if err := tables.Put(ctx, "sol", faces.PersonFacesTable, listed...); err != nil {
		b.Fatal(err)
	}
}

// recordFaces writes n faces as the flow records them, after those before, of all that the day will have.
func recordFaces(b *testing.B, tables *table.Table, before, n, all int) int {
	b.Helper()
	midnight := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	moods := animo.Moods()
	entries := map[animo.Mood][]table.Entry{}
	const each = 4 // faces of each photo
	apart := each * day / time.Duration(all)
	for i := before; i < before+n; i++ {
		at := midnight.Add(time.Duration(i/each) * apart)
		id := animo.Moment(at) + "-" + animo.ID("sol", fmt.Sprint(i/each))[:16]
		mood := moods[i/each%len(moods)]
		face := animo.Face{
			ID: faces.ID(id, 0, i%each), Mood: mood, People: []animo.Celebrity{},
			Box:        animo.Box{Left: 0.30317, Top: 0.21943, Width: 0.08252, Height: 0.13187},
			Confidence: 99.87, Age: 31.4, Gender: animo.Gender{Value: "Female", Confidence: 98.31},
			Emotions: []animo.Emotion{{Type: string(mood), Confidence: 60 + float64(i%4000)/100}, {Type: "CALM", Confidence: 3.21}, {Type: "ANGRY", Confidence: 0.47},
				{Type: "FEAR", Confidence: 0.12}, {Type: "DISGUSTED", Confidence: 0.08}, {Type: "CONFUSED", Confidence: 0.03}, {Type: "UNKNOWN", Confidence: 0.01}},
		}
		photo := animo.Photo{ID: id, Name: fmt.Sprintf("IMG_%05d.jpg", i/each%100_000), Source: []string{"puerta-norte", "puerta-sur", "escenario"}[i/each%3],
			Taken: at, Accepted: at, Analysed: at.Add(173 * time.Millisecond)}
		photo.Taken, photo.Accepted = animo.MomentOf(id), animo.MomentOf(id)
		r := RecordOf("sol", photo, face)
		value, err := json.Marshal(r)
		if err != nil {
			b.Fatal(err)
		}
		entries[mood] = append(entries[mood], entryOf(&r, value, FaceType(mood)))
	}
	for mood, list := range entries {
		for some := range slices.Chunk(list, 2000) {
			if _, err := tables.Add(b.Context(), "sol", faces.Table(mood), some...); err != nil {
				b.Fatal(err)
			}
		}
	}
	return n
}
