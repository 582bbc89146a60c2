package export

import (
	"bytes"
	"testing"
)

func TestTexts_formulas_are_texts_and_short_rows_keep_their_answers_in_place(t *testing.T) {
	var b bytes.Buffer
	w, err := NewTexts(&b, []string{"id", "=cmd()", "nota"})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		w.Write([]string{"-0.5", "=HYPERLINK(\"http://x\")", "+1+1"}, "Positivo", 0.98765, "muy bien +1.20"),
		w.Write([]string{"2"}, "Negativo", 0.5, ""),
		w.Write([]string{"3", "a", "b", "c"}, "Neutro", 0.6, "-1 +0.10"),
		w.WriteUnanswered([]string{"4", "", "@x"}),
		w.Flush(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := "\ufeffid,'=cmd(),nota,label,probability,evidence\n" +
		"-0.5,\"'=HYPERLINK(\"\"http://x\"\")\",'+1+1,Positivo,0.9877,muy bien +1.20\n" +
		"2,,,Negativo,0.5000,\n" +
		"3,a,\"b, c\",Neutro,0.6000,'-1 +0.10\n" +
		"4,,'@x,,,\n"
	if b.String() != want {
		t.Errorf("%q\nwant %q", b.String(), want)
	}
}
