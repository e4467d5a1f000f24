namespace ImageSdk.Building.Speculation;

/// <summary>
/// Layers that the worker may be making, or have made, before a stage asks for them: they count as missing until then, so that the stage
/// tells what was done.
/// </summary>
sealed class SpeculativeLayers
{
    public IReadOnlySet<string> Ids { get; set; } = new HashSet<string>();
}
