using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Building.State;

namespace ImageSdk.Building.Tests.Layers;

public class InputsDifferenceTests
{
    static readonly string One = new('1', 64);
    static readonly string Two = new('2', 64);

    static string[] Find(string before, string after) => [.. InputsDifference.Find(before, after).Select(change => change.Text)];

    [Fact]
    public void A_changed_script_is_named_with_both_digests() => Assert.Equal(
        ["`scripts/10-users` changed: 111111111111… → 222222222222…"],
        Find($"RunScripts 1\nscript f 755 {One} 10-users\nnetwork yes\n", $"RunScripts 1\nscript f 755 {Two} 10-users\nnetwork yes\n"));

    [Theory]
    [InlineData("network yes", "network no", "network changed: yes → no")]
    [InlineData("variable COLOUR blue", "variable COLOUR dark%20red", "variable COLOUR changed: blue → dark red")]
    [InlineData("package vim", "package nano", "package nano is new", "package vim is gone")]
    [InlineData("tree\n d etc\n l a etc/b", "tree\n d etc\n l c etc/b", "`files/etc/b` changed: a link to a → a link to c")]
    [InlineData("tree\n d a%0Ab", "tree", "`files/a\nb` is gone, it was a directory")]
    [InlineData("file /etc/x 644", "file /etc/x 600", "mode of /etc/x changed: 644 → 600")]
    [InlineData("package a\npackage b", "package b\npackage a", "the order of what the stage reads changed")]
    [InlineData("mount /a /b read-only", "mount /a /b writable", "mount /a changed: /b read-only → /b writable")]
    [InlineData("clean", "clean")]
    public void Every_kind_of_line_is_put_into_words(string before, string after, params string[] expected) =>
        Assert.Equal(expected, Find($"CopyFiles 1\n{before}\n", $"CopyFiles 1\n{after}\n"));

    [Fact]
    public void Content_mode_and_version_are_different_things()
    {
        Assert.Equal(
            ["`files/a` changed: 111111111111… → 222222222222…", "mode of `files/a` changed: 644 → 755"],
            Find($"CopyFiles 1\ntree\n f 644 {One} a\n", $"CopyFiles 1\ntree\n f 755 {Two} a\n"));
        Assert.Equal(
            ["what this version of ImageSdk makes of the stage changed: CopyFiles 1 → CopyFiles 2"],
            Find("CopyFiles 1\ntree\n", "CopyFiles 2\ntree\n"));
    }

    [Fact]
    public void The_source_of_a_single_file_is_told_from_a_file_of_the_tree() => Assert.Equal(
        ["`app`, which becomes /usr/bin/app, changed: 111111111111… → 222222222222…"],
        Find(
            $"CopyFiles 1\ntree\n f 644 {One} app\nfile /usr/bin/app 755\n f 644 {One} app\n",
            $"CopyFiles 1\ntree\n f 644 {One} app\nfile /usr/bin/app 755\n f 644 {Two} app\n"));

    [Fact]
    public void Texts_differ_exactly_where_something_is_said()
    {
        var word = Gen.Elements("", "f", "d", "l", "?", "tree", "file", "script", "variable", "package", "a", "b%4", "%41", "644", One);
        var texts = Gen.ListOf(Gen.ListOf(word).Select(words => string.Join(' ', words))).Select(lines => $"RunScripts 1\n{string.Join('\n', lines)}\n");
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(texts.ToArbitrary(), texts.ToArbitrary(), (before, after) =>
            InputsDifference.Find(before, after).Count == 0 == (before == after)));
    }
}
