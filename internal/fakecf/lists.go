package fakecf

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// row is what every list sorts by.
type row interface {
	sortKeys() (guid, name, state string, created, updated time.Time)
}

func (o *orgRecord) sortKeys() (guid, name, state string, created, updated time.Time) {
	return o.guid, o.name, "", o.createdAt, o.createdAt
}

func (s *spaceRecord) sortKeys() (guid, name, state string, created, updated time.Time) {
	return s.guid, s.name, "", s.createdAt, s.createdAt
}

func (a *appRecord) sortKeys() (guid, name, state string, created, updated time.Time) {
	return a.guid, a.name, a.state, a.createdAt, a.createdAt
}

func (r *processRecord) sortKeys() (guid, name, state string, created, updated time.Time) {
	return r.GUID, "", "", r.CreatedAt, r.UpdatedAt
}

func (s *sidecarRecord) sortKeys() (guid, name, state string, created, updated time.Time) {
	return s.GUID, s.Name, "", s.createdAt, s.createdAt
}

// sortRows sorts by the column that is asked for and then by GUID, both in the
// same direction. Without one the rows stay as they were made.
func sortRows[R row](rows []R, q *listQuery) {
	if q.order == "" {
		return
	}
	slices.SortStableFunc(rows, func(a, b R) int {
		aGUID, aName, aState, aCreated, aUpdated := a.sortKeys()
		bGUID, bName, bState, bCreated, bUpdated := b.sortKeys()
		order := 0
		switch q.order {
		case "created_at":
			order = aCreated.Compare(bCreated)
		case "updated_at":
			order = aUpdated.Compare(bUpdated)
		case "name":
			order = cmp.Compare(aName, bName)
		case "state":
			order = cmp.Compare(aState, bState)
		}
		if order == 0 {
			order = cmp.Compare(aGUID, bGUID)
		}
		if q.descending {
			return -order
		}
		return order
	})
}

// pageRows puts what was found into the order that was asked for, and shows the
// page of it that was asked for.
func pageRows[R row](f *Foundation, c *call, q *listQuery, found []R, show func(R) []byte) (page []R, rows [][]byte, pagination map[string]any) {
	sortRows(found, q)
	from, to, pagination := f.pageOf(c, q, len(found))
	page = found[from:to]
	rows = make([][]byte, 0, len(page))
	for _, one := range page {
		rows = append(rows, show(one))
	}
	return page, rows, pagination
}

// pageOf cuts the page out of all rows and says which pages there are.
func (f *Foundation) pageOf(c *call, q *listQuery, total int) (from, to int, pagination map[string]any) {
	last := max(1, (total+q.perPage-1)/q.perPage)
	from = total
	if q.page <= last { // asked first, since a huge page would overflow
		from = (q.page - 1) * q.perPage
	}
	to = min(from+q.perPage, total)
	if f.korifi() && last == 1 {
		from, to, q.page = 0, total, 1 // Korifi pages only where there is more than one page
	}
	if !f.korifi() && from == to && q.page > 1 {
		// Cloud Controller counts with the rows of the page: without rows it
		// knows no total.
		total, last = 0, 1
	}
	link := func(page int) map[string]any {
		values := url.Values{}
		for name, value := range q.raw {
			values[name] = value
		}
		values.Set("page", strconv.Itoa(page))
		values.Set("per_page", strconv.Itoa(q.perPage))
		return href(f.apiURL + strings.TrimSuffix(c.r.URL.EscapedPath(), "/") + "?" + values.Encode())
	}
	pagination = map[string]any{
		"total_results": total, "total_pages": last, "first": link(1), "last": link(last), "next": nil, "previous": nil,
	}
	if q.page < last {
		pagination["next"] = link(q.page + 1)
	}
	if q.page > 1 {
		previous := q.page - 1
		if f.korifi() {
			previous = min(previous, last)
		}
		pagination["previous"] = link(previous)
	}
	return from, to, pagination
}

// pageAnswer puts a page together from rows that are rendered already.
func pageAnswer(pagination map[string]any, rows [][]byte, included map[string][][]byte) *answer {
	size := 1024
	for _, r := range rows {
		size += len(r) + 1
	}
	var b bytes.Buffer
	b.Grow(size)
	b.WriteString(`{"pagination":`)
	b.Write(marshal(pagination))
	b.WriteString(`,"resources":`)
	writeArray(&b, rows)
	if included != nil {
		b.WriteString(`,"included":{`)
		for i, name := range sortedKeys(included) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(marshal(name))
			b.WriteByte(':')
			writeArray(&b, included[name])
		}
		b.WriteByte('}')
	}
	b.WriteByte('}')
	return newAnswer(http.StatusOK, jsonType, b.Bytes())
}

func writeArray(b *bytes.Buffer, rows [][]byte) {
	b.WriteByte('[')
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(r)
	}
	b.WriteByte(']')
}
