package process

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// resourceType is the Terraform type of the resource. A test compares it with the
// schema.
var resourceType = func() tftypes.Object {
	attributes := maps.Clone(processTable.Type.AttributeTypes)
	for name, attribute := range ownAttributes {
		attributes[name] = attribute.GetType().TerraformType(context.Background())
	}
	return tftypes.Object{AttributeTypes: attributes}
}()

// ownAttributes are the attributes that only the resource has.
var ownAttributes = map[string]schema.Attribute{
	"wait_for_instances": schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(false),
		MarkdownDescription: "Whether to wait after a scale until every instance is `RUNNING`. If that takes longer " +
			"than the timeout, the apply fails with the state and details of each instance. On Korifi it also waits " +
			"for the new instances after a change of memory, disk, command or health check. Default: `false`.",
	},
	"timeouts": schema.SingleNestedAttribute{
		Optional: true, MarkdownDescription: "How long the operations may take.",
		Attributes: map[string]schema.Attribute{
			"create": timeoutAttribute("adopt the process, with its changes and `wait_for_instances`"),
			"update": timeoutAttribute("change the process, with `wait_for_instances` and a deployment that is waited for"),
			"read":   timeoutAttribute("read the process"),
		},
	},
}

// notWaiting is the default of wait_for_instances.
var notWaiting = tftypes.NewValue(tftypes.Bool, false)

// Schema describes the resource.
func (r *processResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := processTable.Resource()
	maps.Copy(attributes, ownAttributes)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages an existing process: its scale, command, health checks and metadata. " +
			"Cloud Foundry creates processes from an app's droplet, so creating this resource adopts the process, and " +
			"destroying it only stops managing the process. Attributes that you leave out are read but never written.",
		Attributes: attributes,
	}
}

// timeoutAttribute is the timeout of one operation. It refuses 0 and less: with such
// a timeout for read in the state, every refresh would fail, even with a corrected
// configuration, because a refresh uses the timeout of the state.
func timeoutAttribute(operation string) schema.Attribute {
	return schema.StringAttribute{
		Optional:    true,
		Description: "How long it may take to " + operation + ", as a duration like `\"90s\"` or `\"15m\"`. Default 10 minutes.",
		Validators: []validator.String{checked{"must be a duration of more than 0", func(s string) error {
			_, err := parseTimeout(s)
			return err
		}}},
	}
}
