package process

import (
	"bytes"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/vmihailenco/msgpack/v5"
)

// packedAddress returns the address in a configuration that sets nothing else. If
// the configuration sets something else, or a value is unknown, ok is false. It does
// not make Terraform values of all the attributes, most of which are null: that would
// take half as long as decoding the process, and three times for each block.
func packedAddress(config []byte) (address addressModel, ok bool) {
	decoder := msgpack.NewDecoder(bytes.NewReader(config))
	attributes, err := decoder.DecodeMapLen()
	if err != nil || attributes < 1 {
		return addressModel{}, false
	}
	for range attributes {
		name, nameErr := decoder.DecodeString()
		value, valueErr := decoder.DecodeInterface() // an error for an unknown value
		argument := address.attribute(name)
		text, isText := value.(string)
		switch {
		case nameErr != nil || valueErr != nil:
			return addressModel{}, false
		case value == nil && argument == nil:
		case value == nil:
			*argument = types.StringNull() // the last one counts, if there are two
		case argument == nil || !isText:
			return addressModel{}, false
		default:
			*argument = types.StringValue(text)
		}
	}
	return address, true
}
