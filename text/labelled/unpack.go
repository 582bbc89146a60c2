package labelled

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strings"

	"animo"
)

// unpacked is what a file holds: a stream of text, or a workbook.
type unpacked struct {
	io.Reader
	packed   string // gzip or zip
	workbook []byte
}

// unpack looks at how a stream begins and undoes gzip and zip.
func unpack(r io.Reader, l Limits) (unpacked, error) {
	b := bufio.NewReaderSize(r, window)
	begin, err := b.Peek(16)
	if err != nil && err != io.EOF && len(begin) == 0 { // one after some bytes comes again
		return unpacked{}, err
	}
	switch {
	case bytes.HasPrefix(begin, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(b)
		if err != nil {
			return unpacked{}, errBroken("gzip", err)
		}
		return inside(&bounded{&broken{z, "gzip"}, l.Unpacked, errUnpacked(l.Unpacked)}, "gzip")
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return unzip(b, l)
	}
	if err := refuseBinary(begin); err != nil {
		return unpacked{}, err.At(1)
	}
	return unpacked{Reader: b}, nil
}

// inside refuses what was packed and is no text.
func inside(r io.Reader, packed string) (unpacked, error) {
	b := bufio.NewReaderSize(r, window)
	begin, err := b.Peek(16)
	if err != nil && err != io.EOF && len(begin) == 0 { // one after some bytes comes again
		return unpacked{}, err
	}
	for _, again := range []string{"\x1f\x8b", "PK\x03\x04"} {
		if bytes.HasPrefix(begin, []byte(again)) {
			return unpacked{}, animo.Errorf(animo.UnknownFormat, "a packed file is inside a packed file; unpack it once", "hay un archivo comprimido dentro de otro; descomprímalo una vez")
		}
	}
	if err := refuseBinary(begin); err != nil {
		return unpacked{}, err.At(1)
	}
	return unpacked{Reader: b, packed: packed}, nil
}

// unzip finds the one file of an archive, or that the archive is a workbook. An archive's list of files stands
// at its end, so the packed bytes are kept in memory.
func unzip(r io.Reader, l Limits) (unpacked, error) {
	data, err := readWhole(r, l)
	if err != nil {
		return unpacked{}, err
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return unpacked{}, errBroken("zip", err)
	}
	var files []*zip.File
	var size uint64
	for _, f := range z.File {
		switch {
		case f.Name == "xl/workbook.xml":
			return unpacked{workbook: data}, nil
		case f.Name == "mimetype" || f.Name == "word/document.xml" || f.Name == "xl/workbook.bin":
			return unpacked{}, (&animo.Error{Code: animo.UnknownFormat, EN: "this is an office document that is not read; save it as XLSX, or as CSV in UTF-8", ES: "esto es un documento de ofimática que no se lee; guárdelo como XLSX o como CSV en UTF-8"}).At(1)
		case f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(path.Base(f.Name), "."):
		default:
			files, size = append(files, f), f.UncompressedSize64
		}
	}
	if len(files) != 1 {
		return unpacked{}, animo.Errorf(animo.UnknownFormat, "the archive holds %d files; send it with one, or each by itself", "el archivo comprimido contiene %d archivos; envíelo con uno, o cada uno por separado", len(files))
	}
	if size > uint64(l.Unpacked) {
		return unpacked{}, errUnpacked(l.Unpacked)
	}
	f, err := files[0].Open()
	if err != nil {
		return unpacked{}, errBroken("zip", err)
	}
	return inside(&bounded{&broken{f, "zip"}, l.Unpacked, errUnpacked(l.Unpacked)}, "zip")
}

// readWhole reads what must be in memory at once.
func readWhole(r io.Reader, l Limits) ([]byte, error) {
	var b bytes.Buffer
	if _, err := b.ReadFrom(io.LimitReader(r, l.Whole+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > l.Whole {
		return nil, animo.Errorf(animo.TooLarge, "a file of this kind is read as a whole and is larger than %d bytes, the limit (max-whole); save it as CSV in UTF-8",
			"un archivo de este tipo se lee entero y tiene más de %d bytes, el límite (max-whole); guárdelo como CSV en UTF-8", l.Whole)
	}
	return b.Bytes(), nil
}

// bounded gives an error where a stream goes on after so many bytes.
type bounded struct {
	r    io.Reader
	left int64
	err  error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.err
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return n - 1, b.err
	}
	return n, err
}

// broken names the packing whose stream cannot be read.
type broken struct {
	r      io.Reader
	packed string
}

func (b *broken) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) || isCorrupt(err) {
		err = errBroken(b.packed, err)
	}
	return n, err
}

// signatures are how files that people mistake for text begin.
var signatures = []struct{ begin, en, es string }{
	{"\xd0\xcf\x11\xe0", "an old Office document (XLS, DOC); save it as XLSX, or as CSV in UTF-8", "un documento antiguo de Office (XLS, DOC); guárdelo como XLSX o como CSV en UTF-8"},
	{"\x28\xb5\x2f\xfd", "compressed with Zstandard; decompress it first", "un archivo comprimido con Zstandard; descomprímalo antes"},
	{"BZh", "compressed with bzip2; decompress it first", "un archivo comprimido con bzip2; descomprímalo antes"},
	{"\xfd7zXZ", "compressed with xz; decompress it first", "un archivo comprimido con xz; descomprímalo antes"},
	{"7z\xbc\xaf", "a 7-Zip archive; unpack it first", "un archivo de 7-Zip; descomprímalo antes"},
	{"Rar!", "a RAR archive; unpack it first", "un archivo RAR; descomprímalo antes"},
	{"<!DOCTYPE", "a web page; save its table as CSV in UTF-8", "una página web; guarde su tabla como CSV en UTF-8"},
	{"<html", "a web page; save its table as CSV in UTF-8", "una página web; guarde su tabla como CSV en UTF-8"},
	{"<?xml", "an XML file; export its rows as CSV in UTF-8", "un archivo XML; exporte sus filas como CSV en UTF-8"},
	{"%PDF-", "a PDF; copy its rows into a text file", "un PDF; copie sus filas a un archivo de texto"},
	{"{\\rtf", "an RTF document; save it as plain text in UTF-8", "un documento RTF; guárdelo como texto sin formato en UTF-8"},
	{"SQLite format 3\x00", "an SQLite database; export the table as CSV", "una base de datos SQLite; exporte la tabla como CSV"},
	{"PAR1", "a Parquet file; export it as CSV or JSONL, for example with Python: pandas.read_parquet('f.parquet').to_csv('f.csv', index=False)", "un archivo Parquet; expórtelo como CSV o JSONL, por ejemplo con Python: pandas.read_parquet('f.parquet').to_csv('f.csv', index=False)"},
	{"ARROW1", "an Arrow file; export it as CSV or JSONL", "un archivo Arrow; expórtelo como CSV o JSONL"},
}

// refuseBinary names what a file is that is not text.
func refuseBinary(begin []byte) *animo.Error {
	for _, s := range signatures {
		if bytes.HasPrefix(begin, []byte(s.begin)) {
			return &animo.Error{Code: animo.UnknownFormat, EN: "this is " + s.en, ES: "esto es " + s.es}
		}
	}
	return nil
}
