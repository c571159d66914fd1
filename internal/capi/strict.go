package capi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// encoding/json accepts JSON that two readers understand differently: of a key
// that comes twice it uses the last value, a key in another case ("COMMAND") fills
// the field, and half of a surrogate pair ("\ud800") becomes U+FFFD. Cloud
// Controller and Korifi send none of them, so each is an error instead of a value
// that the API may not have meant (README.md#strict-json). Fields that the client
// does not know are not checked.

// ambiguousError is the error for JSON that two readers understand differently.
type ambiguousError struct {
	// path leads to the field: health_check.data.timeout, resources[2].guid.
	path, reason string
}

func (e *ambiguousError) Error() string {
	return fmt.Sprintf("the field %s %s, so that its value is not certain", Text(e.path), e.reason)
}

func (e *ambiguousError) within(name string) *ambiguousError {
	switch {
	case e.path == "":
		e.path = name
	case e.path[0] == '[':
		e.path = name + e.path
	default:
		e.path = name + "." + e.path
	}
	return e
}

// shape describes the parts of a JSON value that a Go type decodes. A nil shape is
// a value that is not decoded.
type shape struct {
	// fields are those of a struct, by the names of their keys.
	fields map[string]shapeField
	// elem is that of the elements of a slice or the values of a map.
	elem  *shape
	isMap bool
}

// shapeField is a field of a struct with its number, to find a second one.
type shapeField struct {
	shape  *shape
	number int
}

// fieldsMax is how many fields of one struct the scanner supports.
const fieldsMax = 64

var shapes sync.Map // of *shape by reflect.Type

func shapeOf(typ reflect.Type) *shape {
	if known, found := shapes.Load(typ); found {
		return known.(*shape) //nolint:forcetypeassert // stored below
	}
	made := makeShape(typ)
	shapes.Store(typ, made)
	return made
}

// makeShape derives the shape from the type. The types of the API do not
// contain themselves.
func makeShape(typ reflect.Type) *shape {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	s := &shape{}
	if reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return s
	}
	switch typ.Kind() {
	case reflect.Slice:
		s.elem = makeShape(typ.Elem())
	case reflect.Map:
		s.elem, s.isMap = makeShape(typ.Elem()), true
	case reflect.Struct:
		s.fields = make(map[string]shapeField, typ.NumField())
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			if len(s.fields) == fieldsMax {
				panic(fmt.Sprintf("%s has more than %d fields", typ, fieldsMax))
			}
			s.fields[name] = shapeField{shape: makeShape(typ.Field(i).Type), number: len(s.fields)}
		}
	default: // a string or a number
	}
	return s
}

// checkStrict returns an error if body, which is valid JSON, is ambiguous.
func checkStrict(body []byte, s *shape) error {
	scanner := strictScanner{body: body}
	if err := scanner.value(s); err != nil {
		return err
	}
	return nil
}

// strictScanner reads valid JSON once, from left to right.
type strictScanner struct {
	body []byte
	at   int
	// keys are those of the maps that are open, the innermost last.
	keys [][]byte
}

// next skips white space and returns the byte after it.
func (s *strictScanner) next() byte {
	for {
		switch c := s.body[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
}

func (s *strictScanner) value(expected *shape) *ambiguousError {
	switch s.next() {
	case '{':
		return s.object(expected)
	case '[':
		return s.array(expected)
	case '"':
		raw, escaped := s.text()
		if escaped && expected != nil {
			return loneSurrogate(raw)
		}
		return nil
	default: // a number, true, false or null
		for s.at < len(s.body) {
			switch s.body[s.at] {
			case ',', ']', '}', ' ', '\t', '\n', '\r':
				return nil
			}
			s.at++
		}
		return nil
	}
}

func (s *strictScanner) array(expected *shape) *ambiguousError {
	var elem *shape
	if expected != nil {
		elem = expected.elem
	}
	s.at++
	for index := 0; s.next() != ']'; index++ {
		if s.body[s.at] == ',' {
			s.at++
		}
		if err := s.value(elem); err != nil {
			return err.within("[" + strconv.Itoa(index) + "]")
		}
	}
	s.at++
	return nil
}

func (s *strictScanner) object(expected *shape) *ambiguousError {
	base := len(s.keys)
	var seen uint64
	var many map[string]bool // the keys of a large map
	s.at++
	for s.next() != '}' {
		if s.body[s.at] == ',' {
			s.at++
			s.next()
		}
		key, escaped := s.text()
		if escaped && expected != nil {
			if err := loneSurrogate(key); err != nil {
				return err.within(string(key))
			}
			key = unescape(key)
		}
		s.next()
		s.at++ // the colon

		var child *shape
		switch {
		case expected == nil:
		case expected.isMap:
			child = expected.elem
			if len(s.keys)-base < 32 {
				for _, other := range s.keys[base:] {
					if bytes.Equal(other, key) {
						return twice(key)
					}
				}
				s.keys = append(s.keys, key)
				break
			}
			if many == nil {
				many = map[string]bool{}
				for _, other := range s.keys[base:] {
					many[string(other)] = true
				}
			}
			if many[string(key)] {
				return twice(key)
			}
			many[string(key)] = true
		case expected.fields != nil:
			field, known := expected.fields[string(key)]
			if !known {
				if name := expected.otherCase(key); name != "" {
					return &ambiguousError{path: string(key), reason: fmt.Sprintf("is written in another case than %q", name)}
				}
				break
			}
			if seen&(1<<field.number) != 0 {
				return twice(key)
			}
			seen |= 1 << field.number
			child = field.shape
		}
		if err := s.value(child); err != nil {
			return err.within(string(key))
		}
	}
	s.at++
	s.keys = s.keys[:base]
	return nil
}

func twice(key []byte) *ambiguousError {
	return &ambiguousError{path: string(key), reason: "comes twice"}
}

// otherCase returns the name of the field that encoding/json would fill from a key
// in another case; "" for none.
func (s *shape) otherCase(key []byte) string {
	plain := true
	for _, c := range key {
		plain = plain && (c < 'A' || c > 'Z') && c < utf8.RuneSelf
	}
	if plain { // the API's names are in lower case
		return ""
	}
	for name := range s.fields {
		if strings.EqualFold(name, string(key)) {
			return name
		}
	}
	return ""
}

// text reads a string and returns the text between its quotes, and whether it has
// escapes.
func (s *strictScanner) text() (raw []byte, escaped bool) {
	s.at++
	rest := s.body[s.at:]
	end := bytes.IndexByte(rest, '"')
	if bytes.IndexByte(rest[:end], '\\') < 0 {
		s.at += end + 1
		return rest[:end], false
	}
	for i := 0; ; i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			s.at += i + 1
			return rest[:i], true
		}
	}
}

// loneSurrogate finds half of a surrogate pair in the text of a string.
func loneSurrogate(raw []byte) *ambiguousError {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		unit := hexUnit(raw[i+1:])
		i += 4
		switch {
		case unit < 0xd800 || unit > 0xdfff:
		case unit < 0xdc00 && i+6 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' && isLowSurrogate(hexUnit(raw[i+3:])):
			i += 6
		default:
			return &ambiguousError{reason: fmt.Sprintf("holds \\u%04x, half of a character", unit)}
		}
	}
	return nil
}

func isLowSurrogate(unit uint64) bool { return unit >= 0xdc00 && unit <= 0xdfff }

// hexUnit returns the number of the first four hexadecimal digits.
func hexUnit(digits []byte) uint64 {
	unit, _ := strconv.ParseUint(string(digits[:4]), 16, 32) // the JSON is valid
	return unit
}

// unescape returns a key without its escapes.
func unescape(raw []byte) []byte {
	var key string
	if json.Unmarshal(inQuotes(raw), &key) != nil {
		return raw
	}
	return []byte(key)
}

func inQuotes(raw []byte) []byte {
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(quoted, '"')
	quoted = append(quoted, raw...)
	return append(quoted, '"')
}
