package fakecf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// korifiHealth is the health check as Korifi keeps it: what a change of type
// hides comes back with the type.
type korifiHealth struct {
	kind                       string
	timeout, invocationTimeout int64
	endpoint                   string
}

func korifiHealthOf(h *HealthCheck) korifiHealth {
	if h == nil {
		return korifiHealth{}
	}
	out := korifiHealth{kind: h.Type}
	if h.Timeout != nil {
		out.timeout = *h.Timeout
	}
	if h.InvocationTimeout != nil {
		out.invocationTimeout = *h.InvocationTimeout
	}
	if h.Endpoint != nil {
		out.endpoint = *h.Endpoint
	}
	return out
}

// plain is the same for those who ask the foundation and not the API.
func (h korifiHealth) plain() *HealthCheck {
	out := &HealthCheck{Type: h.kind}
	if h.timeout != 0 {
		out.Timeout = Ptr(h.timeout)
	}
	if h.invocationTimeout != 0 {
		out.InvocationTimeout = Ptr(h.invocationTimeout)
	}
	if h.kind == "http" {
		out.Endpoint = Ptr(h.endpoint)
	}
	return out
}

const korifiPrefix = "korifi.cloudfoundry.org/"

// appendKorifiProcess shows every reader the command, and has neither version,
// user, log rate limit, readiness check nor revision.
func (f *Foundation) appendKorifiProcess(b []byte, r *processRecord, view commandView) []byte {
	b = append(b, '{')
	b = appendText(b, "guid", r.GUID)
	b = appendText(b, "type", r.Type)
	command := ""
	switch effective := r.EffectiveCommand(); {
	case view == commandHiddenInLists:
		command = hiddenInLists
	case view == commandHidden:
		command = hiddenFromReader
	case effective != nil:
		command = *effective
	}
	b = appendText(b, "command", command)
	b = appendNumber(b, "instances", r.Instances)
	b = appendNumber(b, "memory_in_mb", r.MemoryInMB)
	b = appendNumber(b, "disk_in_mb", r.DiskInMB)
	b = append(appendKey(b, "health_check"), '{')
	b = appendText(b, "type", r.korifi.kind)
	b = append(appendKey(b, "data"), '{')
	timeout := r.korifi.timeout
	if timeout == 0 {
		timeout = 60
	}
	b = appendNumber(b, "timeout", timeout)
	if r.korifi.kind != "process" {
		b = appendKey(b, "invocation_timeout")
		if r.korifi.invocationTimeout == 0 {
			b = append(b, "null"...)
		} else {
			b = appendInt(b, r.korifi.invocationTimeout)
		}
	}
	if r.korifi.kind == "http" {
		b = appendText(b, "endpoint", r.korifi.endpoint)
	}
	b = append(b, '}', '}')
	b = append(appendKey(b, "relationships"), '{')
	b = append(appendRelationship(appendKey(b, "app"), &r.AppGUID), '}')
	labels, annotations := r.korifiMetadata()
	b = append(appendKey(b, "metadata"), '{')
	b = appendMap(appendKey(b, "labels"), labels)
	b = append(appendMap(appendKey(b, "annotations"), annotations), '}')
	b = appendText(b, "created_at", r.CreatedAt.Format(timeFormat))
	b = appendText(b, "updated_at", r.UpdatedAt.Format(timeFormat))
	b = f.appendLinks(appendKey(b, "links"), r)
	return append(b, '}')
}

// korifiMetadata adds the server's own keys, which nobody can take away.
func (r *processRecord) korifiMetadata() (labels, annotations map[string]string) {
	const format = "2006-01-02T15-04-05"
	labels = metadataChange{
		korifiPrefix + "app-guid":     &r.AppGUID,
		korifiPrefix + "created_at":   Ptr(r.CreatedAt.Format(format)),
		korifiPrefix + "guid":         &r.GUID,
		korifiPrefix + "process-type": &r.Type,
		korifiPrefix + "space-guid":   &r.SpaceGUID,
		korifiPrefix + "updated_at":   Ptr(r.UpdatedAt.Format(format)),
	}.apply(r.Labels)
	annotations = metadataChange{korifiPrefix + "creation-version": Ptr("v0.0.0-fake")}.apply(r.Annotations)
	return labels, annotations
}

var cfAgent = regexp.MustCompile(`\Acf(\.exe)?(?:/(\d+)\.(\d+)\.\S*)?(?:\s|\z)`)

// korifiRefusesAgent refuses a cf CLI that is older than 8.5.
func korifiRefusesAgent(agent string) *answer {
	found := cfAgent.FindStringSubmatch(agent)
	if found == nil {
		return nil
	}
	refuse := func(detail string) *answer {
		return errorAnswer(http.StatusBadRequest, APIError{10004, "CF-InvalidRequest", detail + " Korifi requires CF CLI >= 8.5.0-0"})
	}
	if found[2] == "" {
		return refuse("Failed to determine CF CLI version.")
	}
	major, _ := strconv.Atoi(found[2]) // digits only
	minor, _ := strconv.Atoi(found[3]) // digits only
	if major > 8 || major == 8 && minor >= 5 {
		return nil
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(agent, "cf/"), " ")
	return refuse("CF CLI version " + version + " is not supported.")
}

// parseKorifiList reads the query of a list. An unknown parameter is a 400, a
// wrong value of a known one a 422.
func (f *Foundation) parseKorifiList(c *call, known ...string) (*listQuery, *answer) {
	q := &listQuery{page: 1, perPage: 50, lists: map[string][]string{}, raw: url.Values{}}
	for _, name := range sortedKeys(c.query) {
		if !slices.Contains(known, name) {
			return nil, badQuery("Valid parameters are: '" + strings.Join(known, "', '") + "'")
		}
	}
	for _, name := range sortedKeys(c.query) {
		value := c.query.Get(name)
		q.raw.Set(name, value)
		problem := ""
		switch name {
		case "page":
			q.page, problem = korifiNumber("Page", value, 0)
		case "per_page":
			q.perPage, problem = korifiNumber("PerPage", value, f.opts.maxPerPage)
		case "order_by":
			q.order, q.descending = strings.TrimPrefix(value, "-"), strings.HasPrefix(value, "-")
			orders := []string{"created_at", "-created_at", "updated_at", "-updated_at"}
			if c.segments[1] != "processes" && c.segments[len(c.segments)-1] != "processes" {
				orders = append(orders, "name", "-name")
			}
			if !slices.Contains(orders, value) {
				problem = "OrderBy value must be one of: " + strings.Join(orders, ", ")
			}
		case "label_selector":
			problem = q.korifiSelector(value)
		default:
			q.lists[name] = strings.Split(value, ",")
		}
		if problem != "" {
			return nil, unprocessable(problem)
		}
	}
	return q, nil
}

// korifiSelector reads a label selector as Kubernetes does: an empty one lets
// everything through, no prefix is reserved, and one problem is told for all.
func (q *listQuery) korifiSelector(text string) (problem string) {
	for _, part := range requirementSplitter.FindAllString(text, -1) {
		r, ok := parseRequirement(part)
		name := r.key[strings.LastIndex(r.key, "/")+1:]
		if !ok || name == "" || strings.HasPrefix(r.key, "/") || wordError(name) != "" ||
			slices.ContainsFunc(r.values, func(value string) bool { return labelValueError(value) != "" }) {
			return "invalid label selector"
		}
		q.selector = append(q.selector, r)
	}
	return ""
}

func korifiNumber(name, value string, largest int) (n int, problem string) {
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		return 0, "Pagination." + name + " value must be an integer"
	case n < 1:
		return 0, fmt.Sprintf("Pagination.%s value %d is not allowed", name, n)
	case largest > 0 && n > largest:
		return 0, fmt.Sprintf("Pagination.%s must be no greater than %d", name, largest)
	}
	return n, ""
}

// sortLikeKubernetes is the order of a list that nobody ordered: by namespace,
// which is the space, then by name, which is the GUID.
func sortLikeKubernetes(records []*processRecord) {
	slices.SortFunc(records, func(a, b *processRecord) int {
		if order := strings.Compare(a.SpaceGUID, b.SpaceGUID); order != 0 {
			return order
		}
		return strings.Compare(a.GUID, b.GUID)
	})
}

// korifiObject reads a body as Korifi does: what follows the first JSON value
// is ignored, keys that it does not know are refused wherever they stand.
func korifiObject(body []byte, kind string) (object, *answer) {
	var raw json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&raw); err != nil {
		return nil, parseError()
	}
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil, unprocessable(" must be a payloads." + kind)
	}
	return o, nil
}

func korifiUnknown(o object, known ...string) *answer {
	for _, key := range sortedKeys(o) {
		if !slices.Contains(known, key) {
			return unprocessable(fmt.Sprintf("invalid request body: json: unknown field %q", key))
		}
	}
	return nil
}
