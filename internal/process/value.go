// Package process is everything that Terraform shows of a process: schemas,
// data sources, the resource, the list resource and the actions, over one
// mapping from the API's model to Terraform values.
package process

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// The scalar attributes of a process.
var (
	stringAttributes = []string{
		"guid", "created_at", "updated_at", "version", "type", "command", "user",
		"registry_credential_last_synced_at", "app_guid", "space_guid",
	}
	numberAttributes = []string{
		"instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second",
	}
)

// The Terraform types of a process. A test holds them against the schemas.
var (
	healthCheckDataType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"timeout": tftypes.Number, "invocation_timeout": tftypes.Number, "interval": tftypes.Number,
		"endpoint": tftypes.String,
	}}
	healthCheckType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"type": tftypes.String, "data": healthCheckDataType,
	}}
	relationshipDataType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"guid": tftypes.String}}
	relationshipType     = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"data": relationshipDataType}}
	relationshipsType    = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"app": relationshipType, "revision": relationshipType, "registry_credential": relationshipType,
	}}
	stringMapType = tftypes.Map{ElementType: tftypes.String}
	metadataType  = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"labels": stringMapType, "annotations": stringMapType,
	}}
	linkType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"href": tftypes.String, "method": tftypes.String,
	}}
	linksType = tftypes.Map{ElementType: linkType}

	// processType is the type of one process.
	processType = tftypes.Object{AttributeTypes: processAttributeTypes()}
)

func processAttributeTypes() map[string]tftypes.Type {
	attributes := map[string]tftypes.Type{
		"health_check": healthCheckType, "readiness_health_check": healthCheckType,
		"relationships": relationshipsType, "metadata": metadataType, "links": linksType,
		"command_redacted": tftypes.Bool,
	}
	for _, name := range stringAttributes {
		attributes[name] = tftypes.String
	}
	for _, name := range numberAttributes {
		attributes[name] = tftypes.Number
	}
	return attributes
}

// attributeValues are the Terraform values of a process; nil becomes null and
// nothing else does. What pack.go writes without them is the same, which tests
// hold it to.
func attributeValues(p *capi.Process) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"guid":                               tftypes.NewValue(tftypes.String, p.GUID),
		"created_at":                         stringValue(p.CreatedAt),
		"updated_at":                         stringValue(p.UpdatedAt),
		"version":                            stringValue(p.Version),
		"type":                               stringValue(p.Type),
		"command":                            stringValue(p.Command),
		"user":                               stringValue(p.User),
		"instances":                          numberValue(p.Instances),
		"memory_in_mb":                       numberValue(p.MemoryInMB),
		"disk_in_mb":                         numberValue(p.DiskInMB),
		"log_rate_limit_in_bytes_per_second": numberValue(p.LogRateLimitInBytesPerSecond),
		"registry_credential_last_synced_at": stringValue(p.RegistryCredentialLastSyncedAt),
		"health_check":                       healthCheckValue(p.HealthCheck),
		"readiness_health_check":             healthCheckValue(p.ReadinessHealthCheck),
		"relationships":                      relationshipsValue(p.Relationships),
		"metadata":                           metadataValue(p.Metadata),
		"links":                              linksValue(p.Links),
		"app_guid":                           stringValue(p.AppGUID()),
		"space_guid":                         stringValue(p.SpaceGUID()),
		"command_redacted":                   boolValue(p.CommandRedacted),
	}
}

// Values that occur again and again are made once: they are immutable.
var (
	nullString           = tftypes.NewValue(tftypes.String, nil)
	nullNumber           = tftypes.NewValue(tftypes.Number, nil)
	nullBool             = tftypes.NewValue(tftypes.Bool, nil)
	trueValue            = tftypes.NewValue(tftypes.Bool, true)
	falseValue           = tftypes.NewValue(tftypes.Bool, false)
	nullStringMap        = tftypes.NewValue(stringMapType, nil)
	nullHealthCheck      = tftypes.NewValue(healthCheckType, nil)
	nullHealthCheckData  = tftypes.NewValue(healthCheckDataType, nil)
	nullRelationship     = tftypes.NewValue(relationshipType, nil)
	nullRelationshipData = tftypes.NewValue(relationshipDataType, nil)
	nullRelationships    = tftypes.NewValue(relationshipsType, nil)
	nullMetadata         = tftypes.NewValue(metadataType, nil)
	nullLink             = tftypes.NewValue(linkType, nil)
	nullLinks            = tftypes.NewValue(linksType, nil)
)

func stringValue(s *string) tftypes.Value {
	if s == nil {
		return nullString
	}
	return tftypes.NewValue(tftypes.String, *s)
}

func numberValue(n *int64) tftypes.Value {
	if n == nil {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, *n)
}

func boolValue(b bool) tftypes.Value {
	if b {
		return trueValue
	}
	return falseValue
}

func healthCheckValue(check *capi.HealthCheck) tftypes.Value {
	if check == nil {
		return nullHealthCheck
	}
	data := nullHealthCheckData
	if d := check.Data; d != nil {
		data = tftypes.NewValue(healthCheckDataType, map[string]tftypes.Value{
			"timeout":            numberValue(d.Timeout),
			"invocation_timeout": numberValue(d.InvocationTimeout),
			"interval":           numberValue(d.Interval),
			"endpoint":           stringValue(d.Endpoint),
		})
	}
	return tftypes.NewValue(healthCheckType, map[string]tftypes.Value{
		"type": stringValue(check.Type), "data": data,
	})
}

func relationshipsValue(r *capi.Relationships) tftypes.Value {
	if r == nil {
		return nullRelationships
	}
	return tftypes.NewValue(relationshipsType, map[string]tftypes.Value{
		"app":                 relationshipValue(r.App),
		"revision":            relationshipValue(r.Revision),
		"registry_credential": relationshipValue(r.RegistryCredential),
	})
}

func relationshipValue(r *capi.Relationship) tftypes.Value {
	if r == nil {
		return nullRelationship
	}
	data := nullRelationshipData
	if r.Data != nil {
		data = tftypes.NewValue(relationshipDataType, map[string]tftypes.Value{"guid": stringValue(r.Data.GUID)})
	}
	return tftypes.NewValue(relationshipType, map[string]tftypes.Value{"data": data})
}

func metadataValue(m *capi.Metadata) tftypes.Value {
	if m == nil {
		return nullMetadata
	}
	return tftypes.NewValue(metadataType, map[string]tftypes.Value{
		"labels": stringMapValue(m.Labels), "annotations": stringMapValue(m.Annotations),
	})
}

func stringMapValue(m map[string]*string) tftypes.Value {
	if m == nil {
		return nullStringMap
	}
	values := make(map[string]tftypes.Value, len(m))
	for key, value := range m {
		values[key] = stringValue(value)
	}
	return tftypes.NewValue(stringMapType, values)
}

func linksValue(links capi.Links) tftypes.Value {
	if links == nil {
		return nullLinks
	}
	values := make(map[string]tftypes.Value, len(links))
	for name, link := range links {
		value := nullLink
		if link != nil {
			value = tftypes.NewValue(linkType, map[string]tftypes.Value{
				"href": stringValue(link.Href), "method": stringValue(link.Method),
			})
		}
		values[name] = value
	}
	return tftypes.NewValue(linksType, values)
}
