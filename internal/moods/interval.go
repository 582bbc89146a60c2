package moods

import "time"

// An interval of a summary begins at a multiple of its length, by what the clocks of a time zone show since Monday, 1 January of
// the year 1: one that divides a day at a whole multiple since midnight, one of seven days on a Monday. Where clocks are put
// forward or back, a day is an hour shorter or longer: it has one interval of an hour less or more, and of longer intervals one
// is itself shorter or longer.

// floor returns the beginning of the interval that a moment lies in.
func floor(t time.Time, every time.Duration, zone *time.Location) time.Time {
	t = t.In(zone)
	long, now := int64(every/time.Second), shown(t)
	if every > time.Hour {
		return firstShown(t, now-now%long)
	}
	begin := time.Unix(t.Unix()-now%long, 0).In(zone)
	if changed, _ := t.ZoneBounds(); begin.Before(changed) { // clocks were put forward or back in the middle of it
		return changed.In(zone)
	}
	return begin
}

// yearOne is 1 January of the year 1 in seconds before 1970.
const yearOne = 62_135_596_800

// shown is what clocks show at a moment, in seconds since 1 January of the year 1.
func shown(t time.Time) int64 {
	_, offset := t.Zone()
	return t.Unix() + int64(offset) + yearOne
}

// firstShown returns the moment at which clocks showed so much, or more where that was passed over, for the first time before t.
func firstShown(t time.Time, what int64) time.Time {
	for {
		at := time.Unix(t.Unix()+what-shown(t), 0).In(t.Location())
		changed, _ := t.ZoneBounds()
		if changed.IsZero() || at.After(changed) {
			return at
		}
		before := changed.Add(-time.Second)
		if shown(before) < what { // clocks passed it over, or show it from then on
			return changed.In(t.Location())
		}
		t = before
	}
}

// wholeIn reports whether all offsets that a zone has from one moment to another are multiples of a length, so that what is counted
// by that length is never cut by an interval. It looks back to 1970: before, zones have odd offsets, of which none is in use.
func wholeIn(zone *time.Location, long time.Duration, from, to time.Time) bool {
	if begin := time.Unix(0, 0); from.Before(begin) {
		from = begin
	}
	for t := from.In(zone); t.Before(to); {
		_, offset := t.Zone()
		if time.Duration(offset)*time.Second%long != 0 {
			return false
		}
		_, end := t.ZoneBounds()
		if end.IsZero() {
			return true
		}
		t = end
	}
	return true
}
