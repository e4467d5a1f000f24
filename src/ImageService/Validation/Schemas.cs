using System.Text.Json.Nodes;
using ImageSdk.ImageService.Records;

namespace ImageSdk.ImageService.Validation;

/// <summary>The bodies of requests.</summary>
static class Schemas
{
    const int LongestName = 255;

    const string NameBlank = "name field must not be blank";

    public static Schema PublicKey { get; } = new(
        Name(), new TextField("public_key") { IsRequired = true, WhenBlank = "public_key field must not be blank" });

    public static Schema Recipe { get; } = new(
        Name(), Link(allowsNull: true),
        // The words of the original for all choices of a recipe.
        new TextField("recipe_type") { IsRequired = true, Choice = (RecipeTypes.All, "Recipe type must be one of") },
        new TextField("linux_distribution") { IsRequired = true, Choice = (["sles12", "sles15", "centos7", "debian"], "Recipe type must be one of") },
        Dkms(), Arch(), Templates(allowsNull: true));

    public static Schema RecipeChange { get; } = new(Link(allowsNull: false), Dkms(), Arch(), Templates(allowsNull: false));

    public static Schema Image { get; } = new(Name(), Link(allowsNull: true), Arch(), new MappingField("metadata") { Default = () => new JsonObject() });

    public static Schema ImageChange { get; } = new(
        Link(allowsNull: false), Arch(),
        new ObjectField("metadata", new(
            new TextField("operation") { IsRequired = true, Choice = (["set", "remove"], "Must be one of") },
            new TextField("key") { IsRequired = true },
            new TextField("value"))));

    public static Schema Undelete { get; } = new(new TextField("operation") { IsRequired = true, Choice = (["undelete"], "Recipe type must be one of") });

    public static Schema LogLevel { get; } = new(new TextField("level") { IsRequired = true, Choice = (["DEBUG", "INFO"], "Log level must be one of") });

    public static Schema Job { get; } = new(
        new TextField("job_type") { IsRequired = true, Choice = (JobTypes.All, "Job type must be one of") },
        new IdField("artifact_id") { IsRequired = true }, new IdField("public_key_id") { IsRequired = true },
        new TextField("image_root_archive_name") { IsRequired = true, WhenBlank = "image_root_archive_name field must not be blank" },
        new SwitchField("enable_debug"), Size("build_env_size"), Size("job_mem_size"), new TextField("kernel_file_name") { AllowsNull = true },
        new TextField("initrd_file_name") { WhenBlank = "initrd_file_name field must not be blank" },
        new TextField("kernel_parameters_file_name") { WhenBlank = "kernel_parameters_file_name field must not be blank" },
        new SwitchField("require_dkms"),
        new ListField("ssh_containers", new(new TextField("name") { IsRequired = true }, new SwitchField("jail"))) { AllowsNull = true });

    public static Schema JobChange { get; } = new(
        new TextField("status") { Choice = (JobStatus.All, "Job state must be one of") }, new IdField("resultant_image_id"));

    public static Schema Node { get; } = new(new TextField("xname") { IsRequired = true, WhenBlank = NameBlank });

    // Of both sizes the original says this.
    static NumberField Size(string name) => new(name) { Least = (1, "build_env_size must be greater than or equal to 1") };

    /// <summary>Of an artifact that is about to be uploaded.</summary>
    public static Schema Upload { get; } = new(
        new PatternField("name", IsArtifactName, $"Expected the name of an artifact: 1 to {LongestName} characters without a slash.") { IsRequired = true },
        new PatternField("md5", text => text.Length == 32 && text.All(char.IsAsciiHexDigit), "Expected 32 hexadecimal digits."));

    /// <summary>Whether a text can be the last part of a key in S3.</summary>
    public static bool IsArtifactName(string text) =>
        text.Length is > 0 and <= LongestName && text is not ("." or "..") && !text.EndsWith('~') && text.All(character => character != '/' && !char.IsControl(character));

    static TextField Name() => new("name") { IsRequired = true, WhenBlank = NameBlank };

    static TextField Arch() => new("arch") { Choice = (Architectures.All, "Must be one of") };

    static SwitchField Dkms() => new("require_dkms");

    static ListField Templates(bool allowsNull) => new("template_dictionary", new(new TextField("key") { IsRequired = true }, new TextField("value") { IsRequired = true }))
    {
        AllowsNull = allowsNull,
    };

    static ObjectField Link(bool allowsNull) => new("link", new(
        new TextField("path") { IsRequired = true, WhenBlank = NameBlank },
        new TextField("type") { IsRequired = true, Choice = (["s3"], "Type must be one of") },
        new TextField("etag")))
    {
        AllowsNull = allowsNull,
    };
}
