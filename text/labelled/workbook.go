package labelled

import (
	"bytes"
	"io"

	"github.com/xuri/excelize/v2"

	"animo"
)

// workbook gives the rows of a sheet.
type workbook struct {
	file   *excelize.File
	rows   *excelize.Rows
	row    int
	header int
}

// openWorkbook opens a workbook and the sheet that a plan names, or with "" the first one that has rows.
func openWorkbook(data []byte, p *Plan, l Limits) (w *workbook, sheet string, err error) {
	defer func() {
		if recover() != nil { // a library of that size may fall over what nobody meant to be a workbook
			w, err = nil, errBroken("xlsx", nil)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: l.Unpacked, UnzipXMLSizeLimit: min(l.Unpacked, 16<<20), RawCellValue: true})
	if err != nil {
		return nil, "", errWorkbook(err, l)
	}
	for _, name := range f.GetSheetList() {
		if p.Sheet != "" && name != p.Sheet {
			continue
		}
		rows, err := f.Rows(name)
		if err != nil {
			continue
		}
		if p.Sheet == "" { // is there anything in it?
			some := rows.Next()
			if rows.Close() != nil || !some {
				continue
			}
			if rows, err = f.Rows(name); err != nil {
				continue
			}
		}
		return &workbook{file: f, rows: rows, header: p.Header}, name, nil
	}
	f.Close()
	return nil, "", errEmpty()
}

func (w *workbook) next(r *record) (err error) {
	defer func() {
		if recover() != nil {
			err = errBroken("xlsx", nil)
		}
	}()
	for w.rows.Next() {
		w.row++
		*r = record{line: w.row, cells: r.cells[:0]}
		cells, err := w.rows.Columns()
		if err != nil {
			return errBroken("xlsx", err).At(w.row)
		}
		if w.row <= w.header {
			continue
		}
		some := false
		for _, c := range cells {
			r.cells = append(r.cells, []byte(c))
			some = some || c != ""
		}
		if some {
			return nil
		}
	}
	if err := w.rows.Error(); err != nil {
		return errBroken("xlsx", err).At(w.row)
	}
	return io.EOF
}

func (w *workbook) close() {
	w.rows.Close()
	w.file.Close()
}

func errWorkbook(err error, l Limits) *animo.Error {
	if err == excelize.ErrWorkbookFileFormat {
		return errBroken("xlsx", err)
	}
	if bytes.Contains([]byte(err.Error()), []byte("unzip size exceeds")) {
		return errUnpacked(l.Unpacked)
	}
	return errBroken("xlsx", err)
}
