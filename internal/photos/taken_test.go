package photos_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"
	"time"

	"animo"
	"animo/internal/moods"
	"animo/internal/photos"
)

// clocked puts an EXIF time into a picture, DateTimeOriginal as it is, without an offset.
func clocked(picture []byte, original string) []byte {
	be := binary.BigEndian
	entry := func(tag, kind uint16, count, value uint32) []byte {
		return be.AppendUint32(be.AppendUint32(be.AppendUint16(be.AppendUint16(nil, tag), kind), count), value)
	}
	block := slices.Concat([]byte("MM\x00*\x00\x00\x00\x08"), []byte{0, 1}, entry(0x8769, 4, 1, 26), make([]byte, 4), // the first directory
		[]byte{0, 1}, entry(0x9003, 2, uint32(len(original)+1), 44), make([]byte, 4), []byte(original), []byte{0})
	chunk := append([]byte("eXIf"), block...)
	chunk = slices.Concat(be.AppendUint32(nil, uint32(len(block))), chunk, be.AppendUint32(nil, crc32.ChecksumIEEE(chunk)))
	const header = 8 + 25 // the signature and IHDR
	return slices.Concat(picture[:header], chunk, picture[header:])
}

// send takes a photo in as u says.
func (l *line) send(u photos.Upload, content []byte) animo.Photo {
	l.T.Helper()
	u.Size = -1
	p, _, err := l.flow.photos.Take(l.T.Context(), tenant, u, bytes.NewReader(content))
	if err != nil {
		l.T.Fatal(err)
	}
	return p
}

func TestTaken_is_the_senders_word_then_the_cameras_then_the_files_then_the_arrival(t *testing.T) {
	l := newLine(t, options{})
	l.policy.Zone = "America/Havana"
	at := func(v string) time.Time {
		m, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	file := at("2026-03-03T03:03:03.1239Z")
	arrival := l.Now
	for i, c := range []struct {
		exif string
		u    photos.Upload
		want time.Time
		by   animo.TakenBy
		note string
	}{
		{"2025:12:24 21:00:00", photos.Upload{Taken: at("2025-01-01T00:00:00+02:00"), Modified: file}, at("2024-12-31T22:00:00Z"), animo.BySender, ""},
		{"2025:12:24 21:00:00", photos.Upload{Modified: file}, at("2025-12-25T02:00:00Z"), animo.ByCamera, ""},
		{"2025:07:24 21:00:00", photos.Upload{}, at("2025-07-25T01:00:00Z"), animo.ByCamera, ""}, // summer
		{"2026:05:01 08:14:00", photos.Upload{}, at("2026-05-01T12:14:00Z"), animo.ByCamera, ""}, // a clock that is a little ahead
		{"", photos.Upload{Modified: file}, at("2026-03-03T03:03:03.123Z"), animo.ByFile, ""},
		{"", photos.Upload{}, arrival, animo.ByArrival, ""},
		{"0000:00:00 00:00:00", photos.Upload{Modified: file}, at("2026-03-03T03:03:03.123Z"), animo.ByFile, `the camera's clock says "0000:00:00 00:00:00", which is no time; it does not count`},
		{"1970:01:01 00:10:00", photos.Upload{}, arrival, animo.ByArrival, `the camera's clock says "1970:01:01 00:10:00", which is too long ago for it to be set; it does not count`},
		{"2099:01:01 00:00:00", photos.Upload{Modified: file}, at("2026-03-03T03:03:03.123Z"), animo.ByFile, `the camera's clock says "2099:01:01 00:00:00", which has not come yet; it does not count`},
		{"2026:05:01 08:16:00", photos.Upload{}, arrival, animo.ByArrival, `the camera's clock says "2026:05:01 08:16:00", which has not come yet; it does not count`},
		{"", photos.Upload{Modified: at("1980-01-01T00:00:00Z")}, arrival, animo.ByArrival, `the file's date says "1980-01-01 00:00:00", which is too long ago for it to be set; it does not count`},
		{"", photos.Upload{Modified: at("2026-05-01T12:15:01Z")}, arrival, animo.ByArrival, `the file's date says "2026-05-01 12:15:01", which has not come yet; it does not count`},
	} {
		content := picture(1, uint8(i))
		if c.exif != "" {
			content = clocked(content, c.exif)
		}
		c.u.Name = fmt.Sprintf("%d.png", i)
		p := l.send(c.u, content)
		l.run()
		p = l.photo(p.ID)
		note := ""
		if p.TakenNote != nil {
			note = p.TakenNote.EN
		}
		if !p.Taken.Equal(c.want) || p.TakenBy != c.by || note != c.note || !p.Accepted.Equal(arrival) || p.Status != animo.Done {
			t.Errorf("%+v with EXIF %q: taken %v by %s, %q; want %v by %s, %q", c.u, c.exif, p.Taken, p.TakenBy, note, c.want, c.by, c.note)
		}
		if r := l.recorded()[p.Faces[0].ID]; !r.Taken.Equal(c.want) || r.TakenBy != c.by {
			t.Errorf("%+v: recorded as taken %v by %s", c.u, r.Taken, r.TakenBy)
		}
	}
}

func TestTaken_in_the_future_is_refused_of_a_sender(t *testing.T) {
	l := newLine(t, options{})
	for ahead, want := range map[time.Duration]animo.Code{15 * time.Minute: "", 15*time.Minute + time.Second: animo.Invalid} {
		_, _, err := l.flow.photos.Take(t.Context(), tenant, photos.Upload{Name: "a.png", Taken: l.Now.Add(ahead), Size: -1}, bytes.NewReader(picture(1, 1)))
		if animo.CodeOf(err) != want {
			t.Errorf("%v ahead: %v, want %q", ahead, err, want)
		}
		_, err = l.flow.moods.Measure(t.Context(), tenant, []moods.MeasuredFace{{Name: "cam", Taken: l.Now.Add(ahead), Emotions: []animo.Emotion{{Type: "HAPPY", Confidence: 90}}}})
		if animo.CodeOf(err) != want {
			t.Errorf("measured %v ahead: %v, want %q", ahead, err, want)
		}
	}
}

func TestTaken_long_ago_is_kept_from_when_it_came_and_counted_when_it_was(t *testing.T) {
	l := newLine(t, options{})
	l.policy = animo.PhotoPolicy{KeepPhotos: 24 * time.Hour, KeepFaces: 48 * time.Hour, Zone: "America/Havana"}
	l.send(photos.Upload{Name: "now.png"}, picture(1, 1))
	old := l.send(photos.Upload{Name: "holiday.png"}, clocked(picture(1, 2), "2019:08:01 23:30:00"))
	told, err := l.told()
	if err != nil {
		t.Fatal(err)
	}
	if l.run(); true {
		if now, err := l.told(); err != nil || len(now) != len(told)+2 {
			t.Errorf("the log tells of %d faces more, %v; want both, whenever they were taken", len(now)-len(told), err)
		}
	}
	retire := func() {
		for more := true; more; {
			var err error
			if more, err = l.flow.retire(t.Context(), tenant, 10); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.Now = l.Now.Add(23 * time.Hour)
	retire()
	zone, err := animo.LoadZone("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: 24 * time.Hour, Zone: zone})
	if err != nil || len(s.Intervals) != 2 || s.Intervals[0].From.Format(time.RFC3339) != "2019-08-01T00:00:00-04:00" || s.Zone != "America/Havana" {
		t.Errorf("%+v, %v", s, err)
	}
	past := moods.Query{From: time.Date(2019, 8, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2019, 8, 3, 0, 0, 0, 0, time.UTC)}
	if page, _, err := l.flow.moods.List(t.Context(), tenant, past, "", 10); err != nil || len(page) != 1 || page[0].PhotoID != old.ID {
		t.Errorf("of August 2019: %+v, %v", page, err)
	}
	if _, _, _, err := l.flow.photos.Image(t.Context(), tenant, old.ID); err != nil {
		t.Errorf("its picture is gone after 23 hours: %v", err)
	}
	l.Now = l.Now.Add(26 * time.Hour)
	retire()
	if n := len(l.recorded()); n != 0 {
		t.Errorf("%d faces are kept for longer than 48 hours", n)
	}
}

func TestSummary_of_a_zone_has_days_of_23_and_25_hours(t *testing.T) {
	l := newLine(t, options{})
	zone, err := animo.LoadZone("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	// Each half hour of the day on which Cuba puts clocks forward, and on which it puts them back, and of the hours round them.
	forward, back := time.Date(2025, 3, 9, 5, 0, 0, 0, time.UTC), time.Date(2025, 11, 2, 4, 0, 0, 0, time.UTC)
	n := 0
	for begin, hours := range map[time.Time]int{forward: 23, back: 25} {
		for at := begin.Add(-30 * time.Minute); at.Before(begin.Add(time.Duration(hours)*time.Hour + 30*time.Minute)); at = at.Add(30 * time.Minute) {
			n++
			l.send(photos.Upload{Name: fmt.Sprintf("%d.png", n), Taken: at}, picture(1, 1))
		}
	}
	l.run()
	for begin, hours := range map[time.Time]int{forward: 23, back: 25} {
		end := begin.Add(time.Duration(hours) * time.Hour)
		days, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: 24 * time.Hour, Zone: zone, From: begin.Add(time.Hour), To: end.Add(-time.Hour)})
		if err != nil || len(days.Intervals) != 1 || !days.Intervals[0].From.Equal(begin) || days.Total[animo.Happy].Faces != 2*hours {
			t.Errorf("a day of %d hours: %+v, %v", hours, days, err)
		}
		each, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: time.Hour, Zone: zone, From: begin, To: end})
		if err != nil || len(each.Intervals) != hours {
			t.Errorf("its hours: %d, %v", len(each.Intervals), err)
		}
		for i, in := range each.Intervals {
			if !in.From.Equal(begin.Add(time.Duration(i)*time.Hour)) || in.Moods[animo.Happy].Faces != 2 {
				t.Errorf("hour %d of %d: %+v", i, hours, in)
			}
		}
	}
	kathmandu, err := animo.LoadZone("Asia/Kathmandu")
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.flow.moods.Summary(t.Context(), tenant, moods.SummaryQuery{Every: 24 * time.Hour, Zone: kathmandu, From: forward, To: forward.Add(24 * time.Hour)})
	if err != nil || len(s.Intervals) != 2 || s.Intervals[0].Moods[animo.Happy].Faces != 28 || s.Intervals[1].Moods[animo.Happy].Faces != 20 {
		t.Errorf("by minutes: %+v, %v", s, err)
	}
}
