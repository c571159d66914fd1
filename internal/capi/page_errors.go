package capi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

var errNull = errors.New("it is null, not an object")

// decodeError finds the resource that could not be decoded.
func (l *listing[T]) decodeError(number int64, response *transport.Response, err error) error {
	var raw struct {
		Resources []json.RawMessage `json:"resources"`
	}
	if fieldOf(err) == "" || json.Unmarshal(response.Body, &raw) != nil {
		return l.pageError(number, response, err)
	}
	for i, body := range raw.Resources {
		if string(body) == "null" {
			continue
		}
		if err := decode(body, new(T)); err != nil {
			var named struct {
				GUID any `json:"guid"`
			}
			_ = json.Unmarshal(body, &named) // without a GUID the message has only the number
			guid, _ := named.GUID.(string)
			return l.resourceError(number, response, i, guid, err)
		}
	}
	return l.pageError(number, response, err)
}

// resourceError is the error for one resource of a page.
func (l *listing[T]) resourceError(number int64, response *transport.Response, index int, guid string, err error) error {
	name := fmt.Sprintf("%s %d", l.object, index)
	if guid != "" {
		name += fmt.Sprintf(" (counted from 0, %s)", l.client.secrets.Quote(guid, 100))
	} else {
		name += " (counted from 0)"
	}
	e := l.pageError(number, response, fmt.Errorf("in %s %w", name, err))
	e.Field = Text(fmt.Sprintf("resources[%d]", index))
	if field := fieldOf(err); field != "" {
		e.Field += Text("." + field)
	}
	return e
}

// totalError is the error for a page with an impossible number of results.
func (l *listing[T]) totalError(number int64, response *transport.Response, err error) error {
	e := l.pageError(number, response, err)
	e.Field = "pagination.total_results"
	return e
}

// pageError is the error for a body that is not a page.
func (l *listing[T]) pageError(number int64, response *transport.Response, err error) *ResponseError {
	err = fmt.Errorf("page %d of the list: %w", number, err)
	return l.client.responseError(http.MethodGet, l.path, response, err)
}
