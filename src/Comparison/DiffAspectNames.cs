using ImageSdk.Images;

namespace ImageSdk.Comparison;

/// <summary>What the aspects of a change are called.</summary>
public static class DiffAspectNames
{
    static readonly DiffAspects[] All = [.. Enum.GetValues<DiffAspects>().Where(aspect => aspect != DiffAspects.None)];

    /// <summary>The aspects one by one. Where the type changed, that says it all.</summary>
    public static IEnumerable<DiffAspects> In(DiffAspects aspects) =>
        aspects.HasFlag(DiffAspects.Type) ? [DiffAspects.Type] : All.Where(aspect => aspects.HasFlag(aspect));

    public static string Of(DiffAspects aspect) => aspect switch
    {
        DiffAspects.Type => "type",
        DiffAspects.Mode => "mode",
        DiffAspects.Owner => "owner",
        DiffAspects.Size => "size",
        DiffAspects.Content => "content",
        DiffAspects.Mtime => "mtime",
        DiffAspects.Links => "links",
        DiffAspects.ExtendedAttributes => "extendedAttributes",
        _ => aspect.ToString(),
    };
}
