package rest

// Link is a link of a resource.
type Link struct {
	Href   string `json:"href"`
	Method string `json:"method,omitempty"` // "" is GET
}

// Links are the links of a resource, by their names.
type Links map[string]Link

// Relationship refers to another resource, or to none.
type Relationship struct {
	Data *GUIDOf `json:"data"`
}

// GUIDOf holds the GUID of a resource.
type GUIDOf struct {
	GUID string `json:"guid"`
}

// Related is a relationship to a resource, null without one.
func Related(guid *string) *Relationship {
	if guid == nil {
		return nil
	}
	return &Relationship{&GUIDOf{*guid}}
}

// Metadata is the labels and annotations of a resource.
type Metadata struct {
	Labels      Pairs `json:"labels"`
	Annotations Pairs `json:"annotations"`
}

// Pairs are labels or annotations; without any, the JSON is an empty object.
type Pairs map[string]string

// MarshalJSON renders nil as {}.
func (p Pairs) MarshalJSON() ([]byte, error) {
	if len(p) == 0 {
		return []byte("{}"), nil
	}
	return Marshal(map[string]string(p)), nil
}

// Change is a PATCH of labels or annotations: nil removes a key.
type Change map[string]*string

// Apply returns the pairs with the change made, or nil if none are left.
func (c Change) Apply(to map[string]string) map[string]string {
	if len(c) == 0 {
		return to
	}
	out := map[string]string{}
	for key, value := range to {
		out[key] = value
	}
	for key, value := range c {
		if value == nil {
			delete(out, key)
			continue
		}
		out[key] = *value
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
