package main

import (
	"maps"
	"slices"
	"strings"
)

// shape is the keys and JSON types of a document. The elements of an array share
// one shape.
type shape struct {
	types  map[string]bool
	fields map[string]*shape
	items  *shape
}

func shapeOf(value any) *shape {
	s := &shape{types: map[string]bool{}}
	s.add(value)
	return s
}

func (s *shape) add(value any) {
	switch v := value.(type) {
	case nil:
		s.types["null"] = true
	case bool:
		s.types["boolean"] = true
	case string:
		s.types["string"] = true
	case float64:
		s.types["number"] = true
	case []any:
		s.types["array"] = true
		for _, item := range v {
			if s.items == nil {
				s.items = &shape{types: map[string]bool{}}
			}
			s.items.add(item)
		}
	case map[string]any:
		s.types["object"] = true
		for key, field := range v {
			if strings.HasPrefix(key, serverKey) {
				continue // labels that Korifi adds, whose number varies
			}
			if s.fields == nil {
				s.fields = map[string]*shape{}
			}
			if s.fields[key] == nil {
				s.fields[key] = &shape{types: map[string]bool{}}
			}
			s.fields[key].add(field)
		}
	}
}

// names lists the types for the report.
func (s *shape) names() string {
	return strings.Join(slices.Sorted(maps.Keys(s.types)), " or ")
}

// compareShapes reports where two shapes differ, only at the outermost level.
func compareShapes(path string, actual, fake *shape, report func(v verdict, path, text string)) {
	if !maps.Equal(actual.types, fake.types) {
		report(answersDiffer, path, "is "+actual.names()+" on the foundation, "+fake.names()+" on the fake")
		return
	}
	all := map[string]bool{}
	for key := range actual.fields {
		all[key] = true
	}
	for key := range fake.fields {
		all[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		compareParts(strings.TrimPrefix(path+"."+key, "."), actual.fields[key], fake.fields[key], report)
	}
	compareParts(path+"[]", actual.items, fake.items, report)
}

func compareParts(path string, actual, fake *shape, report func(v verdict, path, text string)) {
	switch {
	case actual == nil && fake == nil:
	case fake == nil:
		report(fakeStricter, path, "is only on the foundation")
	case actual == nil:
		report(fakeLaxer, path, "is only on the fake")
	default:
		compareShapes(path, actual, fake, report)
	}
}
