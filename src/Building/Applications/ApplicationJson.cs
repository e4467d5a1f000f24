using System.Text.Json.Serialization;

namespace ImageSdk.Building.Applications;

[JsonSerializable(typeof(InputsDigest))]
[JsonSerializable(typeof(NeedsRecord))]
sealed partial class ApplicationJson : JsonSerializerContext;
