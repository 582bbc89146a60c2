package labelled

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"animo"
)

// good and bad are the texts of the kinds.
var (
	good = []string{"La habitación, preciosa y limpia", "Personal muy atento; volveremos", "Desayuno buenísimo", "¡Qué tranquilidad! Un acierto", "Ubicación perfecta", "Nos encantó la señora de recepción"}
	bad  = []string{"El baño, sucio y roto", "Tardaron más de una hora; pésimo", "Ruido toda la noche", "Carísimo para lo que ofrecen", "La calefacción no funcionaba", "Nadie nos atendió al llegar"}
)

// file12 writes the twelve texts with a label each; write gets the number of the row from 0.
func file12(head, yes, no string, write func(i int, text, label string) string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range good {
		b.WriteString(write(2*i, good[i], yes))
		b.WriteString(write(2*i+1, bad[i], no))
	}
	return b.String()
}

// quote puts quotes round a cell.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// table writes CSV with quotes round the texts.
func table12(names, delimiter, yes, no string) string {
	return file12(names+"\n", yes, no, func(i int, text, label string) string { return quote(text) + delimiter + label + "\n" })
}

// encoded writes s in another encoding.
func encoded(s string, e encoding.Encoding) string {
	out, err := e.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func zipped(files ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, _ := w.Create(files[i])
		f.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.String()
}

// workbook12 writes a workbook; its first sheet is empty.
func workbook12(names []any, yes, no any) string {
	f := excelize.NewFile()
	f.NewSheet("Encuesta")
	f.SetSheetRow("Encuesta", "A1", &[]any{"Resultados de la encuesta"})
	f.SetSheetRow("Encuesta", "A3", &names)
	for i := range good {
		f.SetSheetRow("Encuesta", fmt.Sprint("A", 4+2*i), &[]any{2 * i, good[i], yes})
		f.SetSheetRow("Encuesta", fmt.Sprint("A", 5+2*i), &[]any{2*i + 1, bad[i], no})
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		panic(err)
	}
	return b.String()
}

// jsonRows are the twelve rows as objects.
func jsonRows(text, label string, yes, no any) (rows []map[string]any) {
	for i := range good {
		rows = append(rows, map[string]any{"id": i, text: good[i], label: yes}, map[string]any{"id": i, text: bad[i], label: no})
	}
	return rows
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func jsonLines(rows []map[string]any) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(toJSON(r) + "\n")
	}
	return b.String()
}

// byKey are the columns of the twelve rows: of each a list, or with index an object.
func byKey(index bool) string {
	var texts, labels []any
	byText, byLabel := map[string]any{}, map[string]any{}
	for i, r := range jsonRows("texto", "etiqueta", 1, 0) {
		texts, labels = append(texts, r["texto"]), append(labels, r["etiqueta"])
		byText[fmt.Sprint(i)], byLabel[fmt.Sprint(i)] = r["texto"], r["etiqueta"]
	}
	if index {
		return toJSON(map[string]any{"texto": byText, "etiqueta": byLabel})
	}
	return toJSON(map[string]any{"texto": texts, "etiqueta": labels})
}

// kinds are files that all say the same: the twelve texts with their labels.
var kinds = map[string]string{
	// Encodings and ends of lines.
	"utf-16be with a mark":     encoded(table12("texto;etiqueta", ";", "1", "0"), utf16.UTF16(utf16.BigEndian, utf16.UseBOM)),
	"utf-16be without a mark":  encoded(table12("texto;etiqueta", ";", "1", "0"), utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM)),
	"utf-16le json":            encoded(toJSON(jsonRows("texto", "etiqueta", 1, 0)), utf16.UTF16(utf16.LittleEndian, utf16.UseBOM)),
	"latin-1 without a header": encoded(file12("", "1", "0", func(_ int, t, l string) string { return t + "\t" + l + "\r\n" }), charmap.ISO8859_1),
	"windows-1252 jsonl":       encoded(jsonLines(jsonRows("texto", "etiqueta", 1, 0)), charmap.Windows1252),
	"windows-1252 json array":  encoded(toJSON(jsonRows("texto", "etiqueta", 1, 0)), charmap.Windows1252),
	"excel on an old mac":      strings.ReplaceAll(encoded(table12("texto;etiqueta", ";", "1", "0"), charmap.Macintosh), "\n", "\r"),
	"ms-dos":                   encoded(table12("texto;etiqueta", ";", "1", "0"), charmap.CodePage850),
	"cr alone":                 strings.ReplaceAll(table12("texto,etiqueta", ",", "1", "0"), "\n", "\r"),
	"a mark before json":       "\ufeff" + toJSON(jsonRows("texto", "etiqueta", 1, 0)),
	"mojibake twice":           mojibake(mojibake(table12("texto,etiqueta", ",", "1", "0"))),
	"decomposed":               norm.NFD.String(table12("texto,etiqueta", ",", "1", "0")),
	"soft hyphens":             strings.ReplaceAll(table12("texto,etiqueta", ",", "1", "0"), "ción", "\u00adción\u200b"),
	"numeric entities":         strings.NewReplacer("ó", "&#243;", "ñ", "&#xF1;", "é", "&amp;eacute;").Replace(table12("texto,etiqueta", ",", "1", "0")),
	"tags with attributes":     strings.ReplaceAll(table12("texto,etiqueta", ",", "1", "0"), `"`, ""),
	// Delimiters, headers and quotes.
	"sep line":                     "sep=|\n" + table12("texto|etiqueta", "|", "1", "0"),
	"sep line for tabs":            "\"sep=\t\"\r\n" + table12("texto\tetiqueta", "\t", "1", "0"),
	"pipes":                        file12("texto|etiqueta\n", "1", "0", func(_ int, t, l string) string { return t + "|" + l + "\n" }),
	"pipes without a header":       file12("", "positivo", "negativo", func(_ int, t, l string) string { return t + "|" + l + "\n" }),
	"semicolons without a header":  file12("", "1", "0", func(_ int, t, l string) string { return quote(t) + ";" + l + "\n" }),
	"all quoted":                   file12(`"id","texto","etiqueta"`+"\n", `"1"`, `"0"`, func(i int, t, l string) string { return fmt.Sprintf("\"%d\",%s,%s\n", i, quote(t), l) }),
	"titles above the header":      "Encuesta de satisfacción;;\nHotel Sol, 2024;;\n\n" + file12("Nº;Opinión;Valoración\n", "5", "1", func(i int, t, l string) string { return fmt.Sprintf("%d;%s;%s\n", i, quote(t), l) }),
	"empty columns at the end":     file12("texto;etiqueta;;;\n", "1", "0", func(_ int, t, l string) string { return quote(t) + ";" + l + ";;;\n" }),
	"r's row names":                file12("text,label\n", "1", "0", func(i int, t, l string) string { return fmt.Sprintf("%d,%s,%s\n", i+1, quote(t), l) }),
	"an index called unnamed":      file12("Unnamed: 0,text,label\n", "1", "0", func(i int, t, l string) string { return fmt.Sprintf("%d,%s,%s\n", i, quote(t), l) }),
	"quotes escaped by backslash":  file12("texto,etiqueta\n", "1", "0", func(_ int, t, l string) string { return `"` + strings.Replace(t, " ", ` \"`, 1) + `\"",` + l + "\n" }),
	"a lone quote at the start":    strings.Replace(file12("texto;etiqueta\n", "1", "0", func(_ int, t, l string) string { return strings.ReplaceAll(t, ";", ",") + ";" + l + "\n" }), "Desayuno", `"Desayuno`, 1),
	"lone quotes at two starts":    strings.NewReplacer("Desayuno", `"Desayuno`, "Carísimo", `"Carísimo`).Replace(file12("etiqueta;texto\n", "1", "0", func(_ int, t, l string) string { return l + ";" + strings.ReplaceAll(t, ";", ",") + "\n" })),
	"quotes that are not doubled":  file12("texto,etiqueta\n", "1", "0", func(_ int, t, l string) string { return `"` + strings.Replace(t, " ", ` "x" `, 1) + `",` + l + "\n" }),
	"commas without quotes":        file12("", "1", "0", func(_ int, t, l string) string { return t + ", de verdad," + l + "\n" }),
	"commas, the label first":      file12("", "POSITIVE", "NEGATIVE", func(_ int, t, l string) string { return l + "," + t + ", de verdad\n" }),
	"commas, three columns":        file12("id,texto,etiqueta\n", "1", "0", func(i int, t, l string) string { return fmt.Sprint(i) + "," + t + ", sí,de verdad," + l + "\n" }),
	"markdown in three columns":    file12("| nº | reseña | nota |\n|---:|:---|:--:|\n", "5", "1", func(i int, t, l string) string { return fmt.Sprintf("| %d | %s | %s |\n", i, t, l) }),
	"spaces, the label first":      file12("", "1", "0", func(_ int, t, l string) string { return l + " " + strings.ReplaceAll(t, ",", "") + "\n" }),
	"fasttext with the label last": file12("", "__label__pos", "__label__neg", func(_ int, t, l string) string { return t + " " + l + "\n" }),
	"fasttext of amazon":           file12("", "__label__2", "__label__1", func(_ int, t, l string) string { return l + " " + t + "\n" }),
	"yelp polarity":                file12("", "2", "1", func(_ int, t, l string) string { return quote(l) + "," + quote(t) + "\n" }),
	"label, title, text": file12("", "2", "1", func(i int, t, l string) string {
		return quote(l) + "," + quote(fmt.Sprint("Título ", i)) + "," + quote(t+" y eso fue todo lo que hubo") + "\n"
	}),
	// JSON.
	"pretty objects":            strings.ReplaceAll(jsonLines(jsonRows("texto", "etiqueta", 1, 0)), ",\"", ",\n  \""),
	"json by column":            byKey(true),
	"json of lists":             byKey(false),
	"json under a key":          toJSON(map[string]any{"total": 12, "reviews": jsonRows("reviewText", "overall", 5, 1)}),
	"json of split frames":      toJSON(map[string]any{"columns": []string{"texto", "etiqueta"}, "index": []int{}, "data": listsOf()}),
	"json of lists of lists":    toJSON(append([][]any{{"texto", "etiqueta"}}, listsOf()...)),
	"json by row name":          toJSON(map[string]any{"a1": jsonRows("texto", "etiqueta", 1, 0)[0], "a2": jsonRows("texto", "etiqueta", 1, 0)[1], "rest": jsonRows("texto", "etiqueta", 1, 0)[2]}),
	"label studio's json":       toJSON(labelStudio()),
	"an answer inside":          toJSON(answered()),
	"google's takeout":          toJSON(map[string]any{"reviews": takeout()}),
	"a hub's rows":              toJSON(map[string]any{"features": []any{}, "rows": hubRows()}),
	"jsonl, the last line open": strings.TrimSuffix(jsonLines(jsonRows("review_body", "stars", 5, 1)), "\n"),
	"lists of one":              jsonLines(jsonRows("data", "labels", []string{"Positive"}, []string{"Negative"})),
	"spans of doccano":          jsonLines(jsonRows("text", "label", []any{[]any{0, 5, "POS"}}, []any{[]any{0, 5, "NEG"}})),
	// Labels.
	"p and n with plus":         table12("tweet,polaridad", ",", "P+", "N+"),
	"true and false":            table12("contenido;recomendado", ";", "VERDADERO", "FALSO"),
	"label_0":                   table12("sentence,label", ",", "LABEL_1", "LABEL_0"),
	"minus one":                 table12("texto,polaridad", ",", "1", "-1"),
	"0, 2":                      table12("text,label", ",", "2", "0"),
	"sentiment140 by label":     table12("text,target", ",", "4", "0"),
	"thumbs":                    table12("comentario,voto", ",", "👍", "👎"),
	"sí y no en portugués":      table12("comentário;recomenda", ";", "Sim", "Não"),
	"portuguese":                table12("avaliação_texto,sentimento", ",", "bom", "péssimo"),
	"drawn stars":               table12("reseña,estrellas", ",", "★★★★★", "★☆☆☆☆"),
	"emoji stars":               table12("reseña,valoración", ",", "⭐⭐⭐⭐⭐", "⭐"),
	"bubbles":                   table12("reseña,rating", ",", "ui_bubble_rating bubble_50", "ui_bubble_rating bubble_10"),
	"google's words":            table12("comment,starRating", ",", "FIVE", "ONE"),
	"amazon's words":            table12("review,rating", ",", "5.0 out of 5 stars", "1.0 out of 5 stars"),
	"de 5":                      table12("opinión;nota", ";", "4,5 de 5", "1,5 de 5"),
	"of ten with commas":        table12("opinión;puntuación", ";", "8,7", "2,5"),
	"percent":                   table12("opinion;calificación", ";", "90%", "20 %"),
	"of a hundred":              table12("opinion;puntuacion", ";", "95", "15"),
	"number and word":           table12("opinion;nota", ";", "5 - Excelente", "1 - Muy malo"),
	"json in a cell":            table12("text,sentiment", ",", `"{""choices"": [""Positive""]}"`, `"{""choices"": [""Negative""]}"`),
	"python's list in a cell":   table12("text,label", ",", `"['positivo']"`, `"['negativo']"`),
	"words nobody's column has": table12("frase_1,columna_2", ",", "positivo", "negativo"),
	"very good":                 table12("opinión,clase", ",", "Muy buena", "Muy mala"),
	// Columns.
	"owner's answer": file12("reviewer,review,owner_response,rating\n", "5", "1", func(i int, t, l string) string {
		return "Ana," + quote(t) + ",\"Gracias por su visita, le esperamos\"," + l + "\n"
	}),
	"liked and disliked": likedTable("Positive_Review,Negative_Review", "No Positive", "No Negative"),
	"lo mejor y lo peor": likedTable("Lo mejor,Lo peor", "", ""),
	"a form's questions": file12("Marca temporal,¿Cuál es su opinión del hotel?,¿Recomendaría el hotel?\n", "Sí", "No", func(i int, t, l string) string { return "2024/01/02," + quote(t) + "," + l + "\n" }),
	"camel case":         file12("reviewId,reviewText,reviewRating\n", "5", "2", func(i int, t, l string) string { return fmt.Sprintf("r%d,%s,%s\n", i, quote(t), l) }),
	"capitals":           table12("COMENTARIO DEL CLIENTE;CALIFICACIÓN", ";", "5", "1"),
	// Packed.
	"gzip":                    gzipped(table12("texto;etiqueta", ";", "1", "0")),
	"gzip of jsonl":           gzipped(jsonLines(jsonRows("texto", "etiqueta", 1, 0))),
	"zip with a mac's shadow": zipped("__MACOSX/._a.csv", "x", "a.csv", table12("texto;etiqueta", ";", "1", "0")),
	"zip of json":             zipped("datos/a.json", toJSON(jsonRows("texto", "etiqueta", 1, 0))),
	"xlsx":                    workbook12([]any{"Nº", "Comentario", "Estrellas"}, 5, 1),
	"xlsx of halves":          workbook12([]any{"id", "Reseña", "Puntuación"}, 4.5, 1.5),
	"xlsx of words":           workbook12([]any{"id", "texto", "etiqueta"}, "positivo", "negativo"),
	"xlsx of truths":          workbook12([]any{"id", "texto", "recomienda"}, true, false),
}

func mojibake(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		r := charmap.Windows1252.DecodeByte(c)
		if r == '\ufffd' {
			r = rune(c)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func listsOf() (rows [][]any) {
	for _, r := range jsonRows("texto", "etiqueta", 1, 0) {
		rows = append(rows, []any{r["texto"], r["etiqueta"]})
	}
	return rows
}

func labelStudio() (rows []any) {
	for _, r := range jsonRows("texto", "etiqueta", "Positive", "Negative") {
		rows = append(rows, map[string]any{"id": r["id"], "data": map[string]any{"text": r["texto"]}, "annotations": []any{map[string]any{
			"completed_by": 1, "result": []any{map[string]any{"value": map[string]any{"choices": []any{r["etiqueta"]}}, "from_name": "sentiment", "type": "choices"}}}}})
	}
	return rows
}

func takeout() (rows []any) {
	for _, r := range jsonRows("comment", "starRating", "FIVE", "ONE") {
		rows = append(rows, map[string]any{"reviewer": map[string]any{"displayName": "Ana"}, "starRating": r["starRating"], "comment": r["comment"],
			"createTime": "2024-01-01", "reviewReply": map[string]any{"comment": "Gracias por su visita"}})
	}
	return rows
}

func answered() (rows []any) {
	for _, r := range jsonRows("verbatim", "stars", 5, 1) {
		rows = append(rows, map[string]any{"verbatim": r["verbatim"], "stars": r["stars"], "ownerReply": map[string]any{"text": "Gracias por su visita, le esperamos"}})
	}
	return rows
}

func hubRows() (rows []any) {
	for i, r := range jsonRows("text", "label", 1, 0) {
		rows = append(rows, map[string]any{"row_idx": i, "row": r, "truncated_cells": []any{}})
	}
	return rows
}

// likedTable writes praise and complaint in columns of their own.
func likedTable(names, noPraise, noComplaint string) string {
	var b strings.Builder
	b.WriteString(names + ",Puntos\n")
	for i := range good {
		if i%2 == 0 {
			fmt.Fprintf(&b, "%s,%s,7.5\n", quote(good[i]), quote(bad[i]))
		} else {
			fmt.Fprintf(&b, "%s,%s,9\n%s,%s,3\n", quote(good[i]), quote(noComplaint), quote(noPraise), quote(bad[i]))
		}
	}
	return b.String()
}

// plainWords are the words of a text, by which the same text is known however it was written.
func plainWords(s string) string {
	return strings.Join(strings.FieldsFunc(fold(strings.NewReplacer(" ", ".", "\n", ".").Replace(s)), func(r rune) bool { return r == '.' }), " ")
}

func TestReader_reads_every_kind(t *testing.T) {
	for name, in := range kinds {
		t.Run(name, func(t *testing.T) {
			got := readCase(from([]byte(in)), Options{})
			if got.err != nil {
				t.Fatalf("%v\n%.300s", got.err, in)
			}
			rows, _, _ := readAll(slowly([]byte(in)), Options{})
			want := 12
			if name == "json by row name" {
				want = 3
			}
			if len(rows) != want || got.rows != want || len(got.reading.LeftOut) > 0 {
				t.Fatalf("%d and %d rows, want %d: %+v", got.rows, len(rows), want, got.reading)
			}
			for _, r := range rows {
				texts, others := good, bad
				if r.Label == animo.Negative {
					texts, others = bad, good
				}
				is := func(of string) bool {
					first := strings.Fields(plainWords(of))[0]
					return strings.Contains(" "+plainWords(r.Text)+" ", " "+first+" ")
				}
				if !slices.ContainsFunc(texts, is) || slices.ContainsFunc(others, is) && !slices.ContainsFunc(texts, is) {
					t.Errorf("%v %q is none of the texts with that label", r.Label, r.Text)
				}
				if strings.ContainsAny(r.Text, "Ã\u00ad\ufffd\u200b&") || strings.Contains(r.Text, "Gracias por su visita") {
					t.Errorf("%q was not mended", r.Text)
				}
			}
		})
	}
}
