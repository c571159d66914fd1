package process

import (
	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// sidecarFields are the fields of a sidecar.
var sidecarFields = field.RecordOf(
	field.String("guid", "GUID of the sidecar.", func(s *capi.Sidecar) *string { return &s.GUID }),
	field.String("name", "Name of the sidecar.", func(s *capi.Sidecar) *string { return s.Name }),
	field.String("command", "Command that starts the sidecar; null if the API hides it.",
		func(s *capi.Sidecar) *string { return s.Command }),
	field.StringList("process_types", "Types of the processes with which the sidecar runs.",
		func(s *capi.Sidecar) []string { return s.ProcessTypes }),
	field.Int("memory_in_mb", "Memory reserved for the sidecar, in MiB.",
		func(s *capi.Sidecar) *int64 { return s.MemoryInMB }),
	field.String("origin", "Who declared the sidecar: `user` or `buildpack`.", func(s *capi.Sidecar) *string { return s.Origin }),
	field.Object("relationships", "Objects that the sidecar belongs to.", sidecarRelationships,
		func(s *capi.Sidecar) *capi.Relationships { return s.Relationships }),
	field.String("created_at", "When the sidecar was created, as `YYYY-MM-DDThh:mm:ssZ`.",
		func(s *capi.Sidecar) *string { return s.CreatedAt }),
	field.String("updated_at", "When the sidecar was last changed, as `YYYY-MM-DDThh:mm:ssZ`.",
		func(s *capi.Sidecar) *string { return s.UpdatedAt }),
)

// sidecarRelationships are the fields of a sidecar's relationships.
var sidecarRelationships = field.RecordOf(field.Object("app", "The app of the sidecar.", relationship,
	func(r *capi.Relationships) *capi.Relationship { return r.App }))
