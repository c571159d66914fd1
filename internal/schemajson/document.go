package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// address is where tfplugindocs looks for the provider named cf.
const address = "registry.terraform.io/hashicorp/cf"

// The types below are the JSON that Terraform prints, with Terraform's names:
// https://developer.hashicorp.com/terraform/cli/commands/providers/schema

type document struct {
	FormatVersion   string                    `json:"format_version"`
	ProviderSchemas map[string]providerSchema `json:"provider_schemas"`
}

type providerSchema struct {
	Provider                schema              `json:"provider"`
	ResourceSchemas         map[string]schema   `json:"resource_schemas,omitempty"`
	DataSourceSchemas       map[string]schema   `json:"data_source_schemas,omitempty"`
	ListResourceSchemas     map[string]schema   `json:"list_resource_schemas,omitempty"`
	ActionSchemas           map[string]action   `json:"action_schemas,omitempty"`
	Functions               map[string]function `json:"functions,omitempty"`
	ResourceIdentitySchemas map[string]identity `json:"resource_identity_schemas,omitempty"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

// action is a schema without a version: an action has no state to upgrade.
type action struct {
	Block block `json:"block"`
}

type block struct {
	Attributes      map[string]attribute   `json:"attributes,omitempty"`
	BlockTypes      map[string]nestedBlock `json:"block_types,omitempty"`
	Description     string                 `json:"description,omitempty"`
	DescriptionKind string                 `json:"description_kind,omitempty"`
	Deprecated      bool                   `json:"deprecated,omitempty"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
	MinItems    int64  `json:"min_items,omitempty"`
	MaxItems    int64  `json:"max_items,omitempty"`
}

type attribute struct {
	Type            any         `json:"type,omitempty"`
	NestedType      *nestedType `json:"nested_type,omitempty"`
	Description     string      `json:"description,omitempty"`
	DescriptionKind string      `json:"description_kind,omitempty"`
	Deprecated      bool        `json:"deprecated,omitempty"`
	Required        bool        `json:"required,omitempty"`
	Optional        bool        `json:"optional,omitempty"`
	Computed        bool        `json:"computed,omitempty"`
	Sensitive       bool        `json:"sensitive,omitempty"`
	WriteOnly       bool        `json:"write_only,omitempty"`
}

type nestedType struct {
	Attributes  map[string]attribute `json:"attributes"`
	NestingMode string               `json:"nesting_mode"`
}

type identity struct {
	Version    int64                        `json:"version"`
	Attributes map[string]identityAttribute `json:"attributes"`
}

type identityAttribute struct {
	Type              any    `json:"type"`
	Description       string `json:"description,omitempty"`
	RequiredForImport bool   `json:"required_for_import,omitempty"`
	OptionalForImport bool   `json:"optional_for_import,omitempty"`
}

type function struct {
	Description        string      `json:"description,omitempty"`
	Summary            string      `json:"summary,omitempty"`
	DeprecationMessage string      `json:"deprecation_message,omitempty"`
	ReturnType         any         `json:"return_type"`
	Parameters         []parameter `json:"parameters,omitempty"`
	VariadicParameter  *parameter  `json:"variadic_parameter,omitempty"`
}

type parameter struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	IsNullable  bool   `json:"is_nullable,omitempty"`
	Type        any    `json:"type"`
}

func newDocument(all *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse) (*document, error) {
	var (
		result providerSchema
		err    error
	)
	if result.Provider, err = newSchema(all.Provider); err != nil {
		return nil, err
	}
	if result.ResourceSchemas, err = each(all.ResourceSchemas, newSchema); err != nil {
		return nil, err
	}
	if result.DataSourceSchemas, err = each(all.DataSourceSchemas, newSchema); err != nil {
		return nil, err
	}
	if result.ListResourceSchemas, err = each(all.ListResourceSchemas, newSchema); err != nil {
		return nil, err
	}
	if result.ActionSchemas, err = each(all.ActionSchemas, func(a *tfprotov6.ActionSchema) (action, error) {
		b, err := newBlock(a.Schema.Block)
		return action{Block: b}, err
	}); err != nil {
		return nil, err
	}
	if result.Functions, err = each(all.Functions, newFunction); err != nil {
		return nil, err
	}
	if result.ResourceIdentitySchemas, err = each(identities.IdentitySchemas, newIdentity); err != nil {
		return nil, err
	}
	return &document{
		FormatVersion:   "1.0",
		ProviderSchemas: map[string]providerSchema{address: result},
	}, nil
}

func newSchema(s *tfprotov6.Schema) (schema, error) {
	b, err := newBlock(s.Block)
	return schema{Version: s.Version, Block: b}, err
}

func newBlock(b *tfprotov6.SchemaBlock) (block, error) {
	attributes, err := newAttributes(b.Attributes)
	if err != nil {
		return block{}, err
	}
	result := block{
		Attributes:      attributes,
		Description:     b.Description,
		DescriptionKind: kind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
	for _, nested := range b.BlockTypes {
		inner, err := newBlock(nested.Block)
		if err != nil {
			return block{}, fmt.Errorf("block %s: %w", nested.TypeName, err)
		}
		mode, ok := blockModes[nested.Nesting]
		if !ok {
			return block{}, fmt.Errorf("block %s: unknown nesting %s", nested.TypeName, nested.Nesting)
		}
		if result.BlockTypes == nil {
			result.BlockTypes = map[string]nestedBlock{}
		}
		result.BlockTypes[nested.TypeName] = nestedBlock{
			NestingMode: mode, Block: inner, MinItems: nested.MinItems, MaxItems: nested.MaxItems,
		}
	}
	return result, nil
}

func newAttributes(list []*tfprotov6.SchemaAttribute) (map[string]attribute, error) {
	result := make(map[string]attribute, len(list))
	for _, a := range list {
		converted, err := newAttribute(a)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", a.Name, err)
		}
		result[a.Name] = converted
	}
	return result, nil
}

func newAttribute(a *tfprotov6.SchemaAttribute) (attribute, error) {
	result := attribute{
		Description:     a.Description,
		DescriptionKind: kind(a.DescriptionKind),
		Deprecated:      a.Deprecated,
		Required:        a.Required,
		Optional:        a.Optional,
		Computed:        a.Computed,
		Sensitive:       a.Sensitive,
		WriteOnly:       a.WriteOnly,
	}
	if a.NestedType == nil {
		t, err := typeJSON(a.Type)
		result.Type = t
		return result, err
	}
	mode, ok := objectModes[a.NestedType.Nesting]
	if !ok {
		return attribute{}, fmt.Errorf("unknown nesting %s", a.NestedType.Nesting)
	}
	attributes, err := newAttributes(a.NestedType.Attributes)
	if err != nil {
		return attribute{}, err
	}
	result.NestedType = &nestedType{Attributes: attributes, NestingMode: mode}
	return result, nil
}

func newIdentity(s *tfprotov6.ResourceIdentitySchema) (identity, error) {
	result := identity{Version: s.Version, Attributes: map[string]identityAttribute{}}
	for _, a := range s.IdentityAttributes {
		t, err := typeJSON(a.Type)
		if err != nil {
			return identity{}, fmt.Errorf("identity attribute %s: %w", a.Name, err)
		}
		result.Attributes[a.Name] = identityAttribute{
			Type:              t,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return result, nil
}

func newFunction(f *tfprotov6.Function) (function, error) {
	returns, err := typeJSON(f.Return.Type)
	if err != nil {
		return function{}, fmt.Errorf("return type: %w", err)
	}
	result := function{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         returns,
	}
	for _, p := range f.Parameters {
		converted, err := newParameter(p)
		if err != nil {
			return function{}, err
		}
		result.Parameters = append(result.Parameters, converted)
	}
	if f.VariadicParameter != nil {
		converted, err := newParameter(f.VariadicParameter)
		if err != nil {
			return function{}, err
		}
		result.VariadicParameter = &converted
	}
	return result, nil
}

func newParameter(p *tfprotov6.FunctionParameter) (parameter, error) {
	t, err := typeJSON(p.Type)
	if err != nil {
		return parameter{}, fmt.Errorf("parameter %s: %w", p.Name, err)
	}
	return parameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue, Type: t}, nil
}

// each converts the values of a map. An error has the key of its value.
func each[In, Out any](in map[string]In, convert func(In) (Out, error)) (map[string]Out, error) {
	result := make(map[string]Out, len(in))
	for name, value := range in {
		converted, err := convert(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result[name] = converted
	}
	return result, nil
}

// typeJSON is a type in the JSON of cty: "string", ["list", "string"],
// ["object", {"name": "string"}].
func typeJSON(t tftypes.Type) (any, error) {
	switch t := t.(type) {
	case tftypes.List:
		return collection("list", t.ElementType)
	case tftypes.Set:
		return collection("set", t.ElementType)
	case tftypes.Map:
		return collection("map", t.ElementType)
	case tftypes.Object:
		attributes, err := each(t.AttributeTypes, typeJSON)
		return []any{"object", attributes}, err
	}
	for name, primitive := range primitives {
		if primitive.Equal(t) {
			return name, nil
		}
	}
	return nil, fmt.Errorf("no JSON for the type %s", t)
}

func collection(name string, element tftypes.Type) (any, error) {
	inner, err := typeJSON(element)
	return []any{name, inner}, err
}

func kind(k tfprotov6.StringKind) string {
	if k == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}

var (
	primitives = map[string]tftypes.Type{
		"string":  tftypes.String,
		"number":  tftypes.Number,
		"bool":    tftypes.Bool,
		"dynamic": tftypes.DynamicPseudoType,
	}
	objectModes = map[tfprotov6.SchemaObjectNestingMode]string{
		tfprotov6.SchemaObjectNestingModeSingle: "single",
		tfprotov6.SchemaObjectNestingModeList:   "list",
		tfprotov6.SchemaObjectNestingModeSet:    "set",
		tfprotov6.SchemaObjectNestingModeMap:    "map",
	}
	blockModes = map[tfprotov6.SchemaNestedBlockNestingMode]string{
		tfprotov6.SchemaNestedBlockNestingModeSingle: "single",
		tfprotov6.SchemaNestedBlockNestingModeList:   "list",
		tfprotov6.SchemaNestedBlockNestingModeSet:    "set",
		tfprotov6.SchemaNestedBlockNestingModeMap:    "map",
		tfprotov6.SchemaNestedBlockNestingModeGroup:  "group",
	}
)
