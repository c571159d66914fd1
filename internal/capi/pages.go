package capi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const (
	// pageSizeMax is the largest page of the API.
	pageSizeMax = 5000
	// pagesAtOnce are the requests that one list has open at the same time.
	pagesAtOnce = 4
	// readingsMax is how often a list is read until its pages agree.
	readingsMax = 3
	// resultsMax is far beyond any foundation: a list that claims more is not
	// read, since it may never end.
	resultsMax = 10_000_000
	// pagesMax is the same for pages: with 50 processes each, the smallest default
	// of a server, they hold a million.
	pagesMax = 20_000
)

// page is one page of a list.
type page[T any] struct {
	Pagination *struct {
		TotalResults *int64 `json:"total_results"`
		Next         *struct {
			Href *string `json:"href"`
		} `json:"next"`
	} `json:"pagination"`
	Resources []*T     `json:"resources"`
	Included  included `json:"included"`
	warnings  []Text
}

func (p *page[T]) total() int64 { return *p.Pagination.TotalResults }
func (p *page[T]) last() bool   { return p.Pagination.Next == nil }

// count is how many pages there are, by the size of this one; 0 for an empty one.
func (p *page[T]) count() int64 {
	size := int64(len(p.Resources))
	if size == 0 {
		return 0
	}
	return (p.total() + size - 1) / size
}

// listing reads all pages of one list. Pages are requested by number: `next`
// only shows whether there are more, so it can lead neither in a circle nor to
// another host, and pages can be read at the same time.
type listing[T any] struct {
	client *Client
	path   string
	// query are the encoded parameters beside per_page and page.
	query string
	// object names one resource in messages: "process".
	object string
	guid   func(*T) string
	// finish completes and checks a resource; nil when there is nothing to do.
	finish func(*T) error
	// gate bounds the requests that are open: each takes one place. Listings that
	// are read together share it.
	gate chan struct{}
	// runtime is set if the pages need the runtime, as in request.
	runtime bool
	// final ends the attempts for a page after a failure, in addition to those
	// after which a smaller page is tried; nil for no others.
	final func(transport.Failure) bool
	// tooMany may refuse a list that needs this many pages after the first one;
	// nil for no limit.
	tooMany func(pages int64) bool
}

// errTooMany is the error of a list that tooMany refused.
var errTooMany = errors.New("the list has too many pages")

// listed is a list that was read completely.
type listed[T any] struct {
	resources []*T
	included  included
	warnings  []Text
	// unstable describes how the pages disagreed in the last reading; empty when
	// they agreed.
	unstable string
}

// read reads the list until its pages agree: each has the same total_results,
// there are that many resources, and none comes twice. A resource that is created
// or deleted between two pages shifts the rest, so that a resource can come twice
// or not at all. After readingsMax readings the last one is returned.
func (l *listing[T]) read(ctx context.Context) (*listed[T], error) {
	for reading := 1; ; reading++ {
		pages, err := l.readShrinking(ctx, reading == readingsMax)
		if err != nil {
			return nil, err
		}
		result, differ := l.join(pages)
		if differ == "" || reading == readingsMax {
			if result.unstable = differ; differ != "" {
				result.unstable = fmt.Sprintf("%s, in %d readings in a row", differ, readingsMax)
			}
			return result, nil
		}
	}
}

// readShrinking reads the pages once, with the largest pages that the foundation
// accepts and can serve.
func (l *listing[T]) readShrinking(ctx context.Context, everything bool) ([]*page[T], error) {
	first := l.client.lists.perPage()
	for {
		perPage := l.client.lists.perPage()
		pages, err := l.readOnce(ctx, perPage, everything)
		if err == nil || !refusesPerPage(err) && !overloads(err) || ctx.Err() != nil {
			return pages, err
		}
		if !l.client.lists.lowerPerPage(perPage, err) {
			// No size helped, so the size was not the reason.
			l.client.lists.restorePerPage(first)
			return nil, err
		}
	}
}

// readOnce reads the pages once: several at the same time until one disagrees with
// the first one, or all one after another.
func (l *listing[T]) readOnce(ctx context.Context, perPage int64, everything bool) ([]*page[T], error) {
	weight := new(listWeight)
	first, err := l.readPage(ctx, weight, 1, perPage)
	if err != nil {
		return nil, err
	}
	size := int64(len(first.Resources))
	if first.last() || size == 0 || first.total() <= size {
		return []*page[T]{first}, nil
	}
	// The size of a page is what the server returns, regardless of per_page.
	count := first.count()
	if l.tooMany != nil && l.tooMany(count-1) {
		return nil, errTooMany
	}
	if everything {
		return l.readSequentially(ctx, weight, first, perPage)
	}
	return l.readParallel(ctx, weight, first, perPage, count)
}

// readParallel reads the pages after the first one, several at the same time.
// It stops at a page that disagrees with the first one.
func (l *listing[T]) readParallel(ctx context.Context, weight *listWeight, first *page[T], perPage, count int64) ([]*page[T], error) {
	seen := newGUIDSet(len(first.Resources))
	addPage(seen, first, l.guid)
	var lock sync.Mutex
	pages, stop := []*page[T]{first}, false
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(pagesAtOnce)
	for number := int64(2); number <= count && groupCtx.Err() == nil; number++ {
		lock.Lock()
		stopped := stop
		lock.Unlock()
		if stopped {
			break
		}
		group.Go(func() error {
			p, err := l.readPage(groupCtx, weight, number, perPage)
			if err != nil {
				return err
			}
			lock.Lock()
			defer lock.Unlock()
			for int64(len(pages)) < number {
				pages = append(pages, nil)
			}
			pages[number-1] = p
			added := addPage(seen, p, l.guid)
			stop = stop || p.total() != first.total() || added == 0 || added != len(p.Resources) || p.last() && number < count
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	// If the run was canceled, the loop has not read all pages.
	return pages, ctx.Err()
}

// readSequentially reads the remaining pages one at a time, following the list
// if it grows. A row that is created in front of a page makes another row come
// twice, which is harmless, and none is missed.
func (l *listing[T]) readSequentially(ctx context.Context, weight *listWeight, first *page[T], perPage int64) ([]*page[T], error) {
	seen := newGUIDSet(len(first.Resources))
	addPage(seen, first, l.guid)
	pages, total, size := []*page[T]{first}, first.total(), int64(len(first.Resources))
	// A list grows by some rows while it is read. One that doubles never ends.
	last := 2*first.count() + 10
	for number := int64(2); (number-1)*size < total && number <= last; number++ {
		p, err := l.readPage(ctx, weight, number, perPage)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
		// After a page with nothing new the following ones have nothing new either:
		// this stops a server whose total keeps growing.
		if addPage(seen, p, l.guid) == 0 {
			break
		}
		total = max(total, p.total())
	}
	return pages, nil
}

// addPage adds the GUIDs of a page and returns how many are new.
func addPage[T any](seen guidSet, p *page[T], guid func(*T) string) int {
	added := 0
	for _, resource := range p.Resources {
		if seen.add(guid(resource)) {
			added++
		}
	}
	return added
}

// join joins pages, each resource once, and describes how they disagree.
func (l *listing[T]) join(pages []*page[T]) (*listed[T], string) {
	pages = slices.DeleteFunc(pages, func(p *page[T]) bool { return p == nil })
	count := 0
	for _, p := range pages {
		count += len(p.Resources)
	}
	result := &listed[T]{resources: make([]*T, 0, count)}
	seen := newGUIDSet(count)
	total, differ := pages[0].total(), ""
	for i, p := range pages {
		if p.total() != total {
			differ = fmt.Sprintf("page 1 had the total %d, a later page %d", total, p.total())
		}
		for _, resource := range p.Resources {
			if seen.add(l.guid(resource)) {
				result.resources = append(result.resources, resource)
			}
		}
		result.included.add(p.Included)
		result.warnings = addNew(result.warnings, p.warnings)
		pages[i] = nil
	}
	switch unique := len(result.resources); {
	case differ != "":
	case unique != count:
		differ = fmt.Sprintf("%d came more than once", count-unique)
	case int64(unique) != total:
		differ = fmt.Sprintf("the pages held %d, but the total was %d", unique, total)
	}
	return result, differ
}

// lastTry ends the attempts for a page that can be requested in another way.
func (l *listing[T]) lastTry(perPage int64) func(transport.Failure) bool {
	last := lastTry(perPage)
	return func(f transport.Failure) bool { return last(f) || l.final != nil && l.final(f) }
}

// readPage reads one page. A perPage of 0 leaves the size to the server.
func (l *listing[T]) readPage(ctx context.Context, weight *listWeight, number, perPage int64) (*page[T], error) {
	select {
	case l.gate <- struct{}{}:
		defer func() { <-l.gate }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	query := l.query
	if perPage > 0 {
		query += "&per_page=" + strconv.FormatInt(perPage, 10)
	}
	if number > 1 {
		query += "&page=" + strconv.FormatInt(number, 10)
	}
	response, err := l.client.send(ctx, request{
		method: http.MethodGet, path: l.path, query: strings.TrimPrefix(query, "&"), final: l.lastTry(perPage),
		limit: pageLimit, hold: true, runtime: l.runtime,
	})
	if err != nil {
		return nil, err
	}
	defer response.Release()
	if err := weight.add(response.Body); err != nil {
		return nil, l.pageError(number, response, fmt.Errorf("with the pages before, %w", err))
	}
	p := new(page[T])
	if err := decode(response.Body, p); err != nil {
		return nil, l.decodeError(number, response, err)
	}
	switch {
	case p.Pagination == nil:
		return nil, l.pageError(number, response, errors.New(`it has no "pagination"`))
	case p.Pagination.TotalResults == nil || *p.Pagination.TotalResults < 0:
		return nil, l.pageError(number, response, errors.New(`its "pagination" has no usable "total_results"`))
	case p.Resources == nil:
		return nil, l.pageError(number, response, errors.New(`it has no "resources"`))
	case p.total() > resultsMax:
		return nil, l.totalError(number, response, fmt.Errorf("it claims %d results, more than any foundation has", p.total()))
	case number == 1 && l.tooMany == nil && !p.last() && p.count() > pagesMax:
		return nil, l.totalError(number, response, fmt.Errorf("it holds %d of %d results, so that there would be %d pages",
			len(p.Resources), p.total(), p.count()))
	}
	for i, resource := range p.Resources {
		err := errNull
		if resource != nil {
			if err = nil; l.finish != nil {
				err = l.finish(resource)
			}
		}
		if err != nil {
			return nil, l.resourceError(number, response, i, "", err)
		}
	}
	p.warnings = l.client.warnings(response.Header)
	return p, nil
}

// addNew appends the texts that are not in the list yet.
func addNew(texts, more []Text) []Text {
	for _, text := range more {
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// guidSet finds GUIDs that come twice.
type guidSet map[string]struct{}

func newGUIDSet(size int) guidSet { return make(guidSet, size) }

// add reports whether the GUID is new.
func (s guidSet) add(guid string) bool {
	before := len(s)
	s[guid] = struct{}{}
	return len(s) > before
}

// readJoined reads the list once for each query, and joins the results in the
// order of the queries.
func readJoined[T any](ctx context.Context, list listing[T], queries []string) (*listed[T], error) {
	parts, err := readParts(ctx, list, queries)
	if err != nil {
		return nil, err
	}
	whole := &listed[T]{}
	for _, part := range parts {
		whole.resources = append(whole.resources, part.resources...)
		whole.included.add(part.included)
		whole.warnings = addNew(whole.warnings, part.warnings)
		if part.unstable != "" {
			whole.unstable = part.unstable
		}
	}
	return whole, nil
}

// readParts reads the list once for each query, a few at the same time.
func readParts[T any](ctx context.Context, list listing[T], queries []string) ([]*listed[T], error) {
	parts := make([]*listed[T], len(queries))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(pagesAtOnce)
	for i, query := range queries {
		part := list
		part.query += query
		group.Go(func() (err error) {
			parts[i], err = part.read(groupCtx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return parts, nil
}
