package labelled

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
)

// The names of columns that say where an opinion comes from, the best first, and when it was written, as fold writes them; and the words
// of such names.
var (
	sourceNames = ranked(strings.Fields(`source fuente origen fonte plataforma platform canal channel portal reviewsource sitioweb website agencia agency proveedor provider
		sucursal branch sede tienda store hotel hotelname nombrehotel nombredelhotel establecimiento estabelecimento alojamiento propiedad property propertyname restaurante restaurant
		restaurantname nombrerestaurante local lugar place placename unidad unidade town ciudad city region pais country`))
	sourceWords = setOf("source fuente origen fonte plataforma platform canal channel")
	timeNames   = ranked(strings.Fields(`date fecha data reviewdate fecharesena fechaopinion fechacomentario datetime timestamp time publishedat publishedatdate createdat created published posted
		postedat reviewedat fechapublicacion fechadepublicacion fechacreacion datacriacao datapublicacao reviewcreationdate reviewtimestamp unixreviewtime reviewtime month mes period periodo`))
	timeWords = setOf("date fecha data published created posted publicado publicada timestamp")
)

// beside finds the columns of an opinion's source and time, told or by their names.
func (p *Plan) beside(o Options) *animo.Error {
	for _, c := range []struct {
		to          **int
		told, field string
		words       map[string]bool
		ranks       map[string]int
	}{
		{&p.Source, o.Source, "source", sourceWords, sourceNames},
		{&p.Time, o.Time, "time", timeWords, timeNames},
	} {
		f := &finder{names: p.Names, tallies: make([]*tally, max(p.Width, len(p.Names)))}
		column := -1
		if c.told != "" {
			if column = f.column(c.told); column < 0 {
				return errNoSuchColumn(c.told, c.field, p.Names, len(f.tallies))
			}
		} else {
			least := 0
			for i, name := range p.Names {
				r, ok := c.ranks[fold(name)]
				if !ok && slices.ContainsFunc(nameWords(name), func(w string) bool { return c.words[w] }) {
					r, ok = loose+i, true
				}
				if ok && !p.uses(i) && (column < 0 || r < least) {
					column, least = i, r
				}
			}
		}
		if column >= 0 {
			*c.to = &column
		}
	}
	return nil
}

// aside reads what a row says beside its opinion.
func (r *Reader) aside(row *Row) {
	of := func(column *int) string {
		if column == nil {
			return ""
		}
		cell, _ := clean(r.cell(&r.rec, *column))
		return strings.TrimSpace(string(cell))
	}
	row.Source, row.Month = of(r.plan.Source), monthOf(of(r.plan.Time))
}

// months are the beginnings of their names in Spanish, English and Portuguese.
var months = map[string]int{"ene": 1, "jan": 1, "feb": 2, "fev": 2, "mar": 3, "abr": 4, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "ago": 8, "aug": 8, "sep": 9, "set": 9,
	"oct": 10, "out": 10, "nov": 11, "dic": 12, "dec": 12, "dez": 12}

// monthOf gives the month of a moment as people and programs write it, as 2026-11, or "" where none is found. Of two numbers that may be
// a day and a month, the day comes first.
func monthOf(s string) string {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) >= 9 {
		if len(s) > 11 { // milliseconds
			n /= 1000
		}
		return time.Unix(n, 0).UTC().Format("2006-01")
	}
	var numbers []int
	var digits []int // how many each has
	year, month := 0, 0
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" -/.,T:t", r) }) {
		if n, err := strconv.Atoi(strings.TrimRight(w, "z")); err == nil {
			numbers, digits = append(numbers, n), append(digits, len(w))
			continue
		}
		if r := []rune(fold(w)); month == 0 && len(r) >= 3 {
			month = months[string(r[:3])]
		}
	}
	at := slices.IndexFunc(numbers, func(n int) bool { return n >= 1900 && n < 2200 })
	switch {
	case at >= 0:
		year = numbers[at]
	case len(numbers) >= 3 && digits[2] == 2: // 5/11/26
		at, year = 2, 2000+numbers[2]
	default:
		return ""
	}
	switch {
	case month > 0:
	case at == 0 && len(numbers) > 1: // 2026-11-05
		month = numbers[1]
	case at == 1: // 11/2026
		month = numbers[0]
	case at == 2:
		if month = numbers[1]; month > 12 { // 11/25/2026
			month = numbers[0]
		}
	}
	if month < 1 || month > 12 {
		return ""
	}
	return time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
}
